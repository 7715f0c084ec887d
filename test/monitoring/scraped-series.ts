/** One series of a scrape. */
interface ScrapedSeries {
  readonly name: string
  /** As they were written, without braces. */
  readonly labels: string
  readonly value: string
}

/** What a process told at one moment. */
export interface Scrape {
  /** Metrics that it has, whether or not there is a series of them. */
  readonly names: ReadonlySet<string>
  readonly series: readonly ScrapedSeries[]
}

/** Reads Prometheus' text format. Throws at a line that has another form. */
export function readScrape(text: string): Scrape {
  const names = new Set<string>()
  const series: ScrapedSeries[] = []
  for (const line of text.split('\n')) {
    const [, declared] = /^# TYPE (\S+)/.exec(line) ?? []
    if (declared !== undefined) names.add(declared)
    if (line === '' || line.startsWith('#')) continue
    const [, name, labels = '', value] =
      /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: # .*)?$/.exec(line) ?? []
    if (name === undefined || value === undefined) throw new Error(`no series: ${line}`)
    series.push({ name, labels, value })
  }
  return { names, series }
}

/** The names of the labels of a series. */
export function labelNames({ labels }: Pick<ScrapedSeries, 'labels'>): readonly string[] {
  return [...labels.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)].map(([, name = '']) => name)
}

/**
 * Two scrapes of a job as promtool takes them, a value a minute: five minutes of the first, then five
 * of the second. A series that only the second has begins with it.
 */
export function inputSeries(
  job: string,
  first: Scrape,
  second: Scrape,
): readonly { readonly series: string; readonly values: string }[] {
  const key = ({ name, labels }: ScrapedSeries) => `${name}{${labels}}`
  const before = new Map(first.series.filter(hasNumber).map((each) => [key(each), each.value]))
  const target = `job="${job}",instance="${job}"`
  return second.series.filter(hasNumber).map((each) => {
    const { name, labels, value } = each
    const earlier = before.get(key(each)) ?? '_'
    const series = `${name}{${labels === '' ? '' : `${labels.replace(/,$/, '')},`}${target}}`
    return { series, values: `${earlier}x4 ${value}x5` }
  })
}

/** promtool takes no values that are not numbers, as of a quantile of nothing. */
function hasNumber({ value }: ScrapedSeries): boolean {
  return Number.isFinite(Number(value))
}
