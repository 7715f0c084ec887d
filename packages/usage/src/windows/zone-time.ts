/** The clocks of one time zone of the IANA database. */
export class ZoneTime {
  readonly #format: Intl.DateTimeFormat

  /** Throws RangeError for a zone that is not known. */
  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  }

  /** What clocks are ahead of UTC at an instant, in milliseconds. */
  offsetMs(atMs: number): number {
    const fields = new Map<string, string>()
    for (const { type, value } of this.#format.formatToParts(atMs)) fields.set(type, value)
    const number = (name: string) => Number(fields.get(name))
    const year = fields.get('era') === 'BC' ? 1 - number('year') : number('year')
    const local = new Date(0)
    local.setUTCFullYear(year, number('month') - 1, number('day'))
    local.setUTCHours(number('hour'), number('minute'), number('second'))
    return local.getTime() - Math.floor(atMs / 1000) * 1000
  }

  /**
   * The first instant after `fromMs` at which the offset is no longer that of `fromMs`, up to `toMs`,
   * whose offset differs.
   */
  changeBetween(fromMs: number, toMs: number): number {
    const offset = this.offsetMs(fromMs)
    let [before, after] = [fromMs, toMs]
    while (after - before > 1) {
      const middle = before + Math.floor((after - before) / 2)
      if (this.offsetMs(middle) === offset) before = middle
      else after = middle
    }
    return after
  }
}
