/**
 * The page that the tab was exported as: it holds the answers that a server would give.
 *
 * `tb_actviz/export/page.py` writes it. Answers are elements that browsers do not run, or
 * files beside the page; they are decoded when they are asked for, one at a time.
 */

const MARK = "tb_actviz";
const NEEDS_A_SERVER =
  "This page reads files beside it, which browsers allow from a web server only: " +
  "run “python -m http.server” in its folder, or export it without “split”.";

/** What a page says of itself. */
export interface About {
  version: string;
  /** The day on which it was made. */
  made: string;
  log_dir: string;
  /** What of the log was chosen, what of that did not fit, and what could not be read. */
  chosen: string[];
  losses: string[];
  problems: string[];
}

/** Arguments of a request. */
export type Arguments = { [name: string]: string | number | null };

/** Route, arguments, status, content type, and the number of the body. */
type Entry = [string, Arguments, number, string, number];

/** The answers of an exported page. */
export class HeldPage {
  private index: Promise<Map<string, Entry>> | null = null;

  constructor(
    readonly about: About,
    /** The text of an element of the page; null where there is none. */
    private readonly textOf: (id: string) => string | null,
  ) {}

  /** What a server would answer. */
  async answer(route: string, given: Arguments, signal: AbortSignal): Promise<Response> {
    this.index ??= this.readIndex();
    const entry = (await this.index).get(keyOf(route, given));
    signal.throwIfAborted();
    if (!entry) return new Response("This page does not hold that.", { status: 404 });
    const [, , status, type, number] = entry;
    const body = await this.body(String(number), signal);
    const isDeflated = type !== "application/octet-stream";
    return new Response(isDeflated ? inflated(body) : body, {
      status,
      headers: { "Content-Type": type },
    });
  }

  private async readIndex(): Promise<Map<string, Entry>> {
    const body = await this.body("index", new AbortController().signal);
    const entries = (await new Response(inflated(body)).json()) as Entry[];
    return new Map(entries.map((entry) => [keyOf(entry[0], entry[1]), entry]));
  }

  private async body(name: string, signal: AbortSignal): Promise<Blob> {
    const text = this.textOf(`${MARK}-${name}`);
    if (text !== null) return new Blob([fromBase64(text)]);
    // The files of a page that was split.
    if (location.protocol === "file:") throw new Error(NEEDS_A_SERVER);
    const response = await fetch(`./answers/${name}.bin`, { signal });
    if (!response.ok)
      throw new Error(`The file answers/${name}.bin beside the page is missing.`);
    return response.blob();
  }
}

function inflated(body: Blob): ReadableStream {
  return body.stream().pipeThrough(new DecompressionStream("deflate"));
}

/** What tells a request from others, whatever the order of its arguments. */
function keyOf(route: string, given: Arguments): string {
  const pairs = Object.entries(given).filter(([, value]) => value !== null);
  return JSON.stringify([route, ...pairs.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const bytes = atob(text);
  const numbers = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) numbers[i] = bytes.charCodeAt(i);
  return numbers;
}

function read(): HeldPage | null {
  if (typeof document === "undefined") return null;
  const textOf = (id: string) => document.getElementById(id)?.textContent ?? null;
  const about = textOf(`${MARK}-about`);
  return about === null ? null : new HeldPage(JSON.parse(about) as About, textOf);
}

/** The page that this is; null where a server answers. */
export const heldPage: HeldPage | null = read();

/** The page as a file, as it was before anything was drawn. */
export function pageAsFile(): Blob {
  const { head } = document;
  return new Blob(
    ['<!DOCTYPE html>\n<html lang="en">', head.outerHTML, "<body></body></html>\n"],
    { type: "text/html" },
  );
}
