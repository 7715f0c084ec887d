/** What stands for what was found, by what it is. */
const labels: Readonly<Record<string, string>> = {
  Email: 'EMAIL',
  PhoneNumber: 'PHONE_NUMBER',
  CreditCard: 'CREDIT_CARD',
  IBAN: 'IBAN',
  NationalId: 'NATIONAL_ID',
  IPAddress: 'IP_ADDRESS',
  Secret: 'SECRET',
  URL: 'URL',
  PromptInjection: 'PROMPT_INJECTION',
  Pattern: 'PATTERN',
  Keyword: 'KEYWORD',
}

const placeholders = /\[([A-Z_]{2,24})_(\d{1,9})\]/g

/**
 * Placeholders for values, such as `[EMAIL_1]`: equal values of one kind get equal ones. One that stands
 * in a text that was named to `avoid` is never given.
 */
export class MaskTable {
  readonly #byValue = new Map<string, string>()
  readonly #values = new Map<string, string>()
  readonly #taken = new Set<string>()
  readonly #last = new Map<string, number>()
  readonly #first: number

  /** Numbers begin with `first`. Defaults to 1. */
  constructor(first = 1) {
    this.#first = first
  }

  /** Placeholders in a text are somebody else's: they are neither given nor put back. */
  avoid(text: string): void {
    for (const [placeholder] of text.matchAll(placeholders)) {
      this.#taken.add(placeholder)
      this.#values.delete(placeholder)
    }
  }

  /** The placeholder of a value. `isReversible` lets it be put back. */
  mask(detector: string, value: string, isReversible: boolean): string {
    const label = labels[detector] ?? 'MASKED'
    const key = `${label} ${isReversible ? 'r' : 'k'} ${value}`
    const known = this.#byValue.get(key)
    if (known !== undefined) return known
    const placeholder = this.#free(label)
    this.#byValue.set(key, placeholder)
    if (isReversible) this.#values.set(placeholder, value)
    return placeholder
  }

  /** The value that is put back for a placeholder; undefined for any other text. */
  valueOf(placeholder: string): string | undefined {
    return this.#values.get(placeholder)
  }

  /** Whether there is anything to put back. */
  get isReversible(): boolean {
    return this.#values.size > 0
  }

  #free(label: string): string {
    let number = this.#last.get(label) ?? this.#first - 1
    let placeholder: string
    do {
      number += 1
      placeholder = `[${label}_${number}]`
    } while (this.#taken.has(placeholder))
    this.#last.set(label, number)
    return placeholder
  }
}
