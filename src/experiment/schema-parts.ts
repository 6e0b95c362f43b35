/** What the parts of the experiment's schema are made of. */
import * as z from 'zod';

export const filled = () => z.string().regex(/\S/);
export const positive = () => z.number().gt(0);
export const atLeastZero = () => z.number().min(0);
export const count = (from: number) => z.int().min(from);
/** A share that may be nothing but never the whole: dropout, momentum, Adam's decay rates. */
export const belowOne = () => z.number().min(0).lt(1);
export const filesOf = () => z.union([filled(), z.array(filled()).min(1)]);
