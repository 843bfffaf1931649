import { inputOf, type ShownRecord } from "../../data/records";
import { isPlot } from "../../numbers/map_form";
import { SignalLines } from "../pictures/signal";
import { Answered } from "./answered";

const NO_SIGNAL = "The input itself was not logged: it is neither a picture nor a signal.";
const NO_GRID =
  "Where these positions lie on the picture is not known. If they are its patches, " +
  "LogOptions(token_grid=(rows, columns)) says how.";

/** The signal above a sequence, or why it is not there. */
export function SignalAbove({ record }: { record: ShownRecord }) {
  const { run, address, input } = record;
  return (
    <Answered of={inputOf(run, address.step, input.name)} what="the input" room="part">
      {(shown) =>
        shown && isPlot(shown) ? (
          <SignalLines signal={shown} record={record} />
        ) : (
          <p class="lead quiet">{shown ? NO_GRID : NO_SIGNAL}</p>
        )
      }
    </Answered>
  );
}
