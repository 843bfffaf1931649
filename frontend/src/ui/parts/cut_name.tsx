import type { NamePart } from "../../numbers/names";
import "./cut_name.css";

interface CutNameProps {
  name: string;
  /** Its parts, as `cutNames` has them of the list that it stands in. */
  parts: readonly NamePart[] | undefined;
}

/** What is shorter gives no way: its ellipsis would be as wide. */
const SHORT = 3;

/** A name of which that is left, where there is no room, which tells it from its neighbours. */
export function CutName({ name, parts }: CutNameProps) {
  return (
    <span class="cut-name" title={name}>
      {(parts ?? [{ text: name, kept: true }]).map(({ text, kept }, i) => (
        <span key={i} class={kept || text.length < SHORT ? "" : "gives-way"}>
          {text}
        </span>
      ))}
    </span>
  );
}
