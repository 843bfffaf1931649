import { signal } from "@preact/signals";

/** Whether a comparison that blinks shows side B. */
export const blinked = signal(false);
