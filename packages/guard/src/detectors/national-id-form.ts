/** How a state writes the numbers of persons. */
export interface NationalIdForm {
  /** All of a number. */
  readonly form: RegExp
  /** Whether its check digits and dates are right; where it has none, the form is enough. */
  readonly isOne?: (match: string) => boolean
}

/** Whether a month and a day, of two digits each, can be a date. */
export function isDayOfYear(month: string, day: string): boolean {
  return /^(?:0[1-9]|1[0-2])$/.test(month) && /^(?:0[1-9]|[12]\d|3[01])$/.test(day)
}
