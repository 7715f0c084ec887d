/**
 * The fields of one message, in the order in which they came. Messages have few: a list that is
 * searched costs less than a table that has to be made.
 */
export class HeaderFields {
  readonly #entries: readonly string[]

  /** A flat list: name in lower case, value, name, value. It is kept, not copied. */
  constructor(entries: readonly string[] = []) {
    this.#entries = entries
  }

  static from(fields: Readonly<Record<string, string>>): HeaderFields {
    return new HeaderFields(
      Object.entries(fields).flatMap(([name, value]) => [name.toLowerCase(), value]),
    )
  }

  /**
   * The value of a field, by its name in lower case. Several fields of one name are one list, joined
   * by commas (RFC 9110 §5.3).
   */
  get(name: string): string | undefined {
    const entries = this.#entries
    let value: string | undefined
    for (let index = 0; index < entries.length; index += 2) {
      if (entries[index] !== name) continue
      const one = entries[index + 1] ?? ''
      value = value === undefined ? one : `${value}${name === 'cookie' ? '; ' : ', '}${one}`
    }
    return value
  }

  /** The fields but those of these names, in lower case. */
  without(names: readonly string[]): HeaderFields {
    const entries = this.#entries
    return new HeaderFields(
      entries.filter((_, index) => !names.includes(entries[index - (index % 2)] ?? '')),
    )
  }

  /** As a record, repeated fields joined. */
  toRecord(): Record<string, string> {
    const record: Record<string, string> = Object.create(null) as Record<string, string>
    for (let index = 0; index < this.#entries.length; index += 2) {
      const name = this.#entries[index] ?? ''
      record[name] ??= this.get(name) ?? ''
    }
    return record
  }
}
