/** The one file of the package that is bundled: its index brings all of it. */
declare module 'systeminformation/lib/graphics' {
  import type { Systeminformation } from 'systeminformation';
  export function graphics(): Promise<Systeminformation.GraphicsData>;
}
