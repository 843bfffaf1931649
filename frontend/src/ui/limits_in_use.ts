import { signal } from "@preact/signals";
import type { Limits } from "../numbers/limits";

/** Between which values colours are spread in the view; null before any is drawn. */
export const limitsInUse = signal<Limits | null>(null);
