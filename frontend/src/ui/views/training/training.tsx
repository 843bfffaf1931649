import { HealthStrip } from "./health_strip";
import { HeatMap } from "./heat_map";
import "../../pictures/matrix.css";

/** How channels and layers fare over a training. */
export function TrainingView() {
  return (
    <div class="view training">
      <HeatMap />
      <HealthStrip />
    </div>
  );
}
