const signals = ['SIGINT', 'SIGTERM'] as const;

/** 128 + SIGINT's number, as shells have it. */
const killedExitCode = 130;

/**
 * Started by a package manager, a process gets one Ctrl-C twice: from the terminal and from its parent.
 * Milliseconds in which a second signal is taken for such an echo.
 */
const echo = 300;

/**
 * While work goes on, the first Ctrl-C (or SIGTERM) aborts the signal that the work was given; a second one
 * ends the process at once.
 */
export async function withInterrupt<T>(
  onFirst: () => void,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let first: number | undefined;
  const onSignal = () => {
    const now = performance.now();
    if (first === undefined) {
      first = now;
      onFirst();
      controller.abort();
    } else if (now - first > echo) {
      process.exit(killedExitCode);
    }
  };
  for (const signal of signals) process.on(signal, onSignal);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}
