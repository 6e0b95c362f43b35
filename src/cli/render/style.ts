import pc from 'picocolors';

/** What the terminal can show. */
export interface Style {
  /** Columns a line may take. */
  width: number;
  colors: Colors;
}

export type Colors = ReturnType<typeof pc.createColors>;

export function colorsIf(enabled: boolean): Colors {
  return pc.createColors(enabled);
}

export function heading({ colors }: Style, text: string): string {
  return colors.bold(text);
}
