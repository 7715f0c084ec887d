/**
 * The sum of a metric's series in Prometheus' text format; of those only that have the label, given
 * as `name="value"`. 0 if there are none.
 */
export function metricValue(text: string, metric: string, label = ''): number {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `))
    .filter((line) => line.includes(label))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}
