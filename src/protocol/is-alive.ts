/** Whether there is a process of this id; ids are used again. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, but belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
