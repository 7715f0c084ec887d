/** How many combinations of labels one metric may have, whatever is asked of the server. */
const seriesMax = 1_000

/**
 * The series of one metric by their labels. The set of labels that callers can make is bounded by
 * those who name them; should there be more combinations all the same, further ones are one series.
 */
export class LabelledSeries<Labels extends Readonly<Record<string, string>>, Series> {
  readonly #make: () => Series
  readonly #rest: Labels
  readonly #series = new Map<string, { readonly labels: Labels; readonly series: Series }>()

  /** `rest` has the labels of the series that counts what is too much. */
  constructor(rest: Labels, make: () => Series) {
    this.#rest = rest
    this.#make = make
  }

  of(labels: Labels): Series {
    const key = Object.values(labels).join('\0')
    const known = this.#series.get(key)
    if (known !== undefined) return known.series
    if (this.#series.size >= seriesMax && labels !== this.#rest) return this.of(this.#rest)
    const series = this.#make()
    this.#series.set(key, { labels, series })
    return series
  }

  [Symbol.iterator](): Iterator<{ readonly labels: Labels; readonly series: Series }> {
    return this.#series.values()
  }
}
