/** What one check found. */
export interface Finding {
  /** What was looked at, in a word or two. */
  readonly check: string
  readonly state: 'ok' | 'warning' | 'problem'
  /** What is so. */
  readonly message: string
  /** What to do about it; there is none where all is well. */
  readonly remedy?: string
}

/** That all is well. */
export function ok(check: string, message: string): Finding {
  return { check, state: 'ok', message }
}

/** That something may not work. */
export function warning(check: string, message: string, remedy: string): Finding {
  return { check, state: 'warning', message, remedy }
}

/** That something does not work. */
export function problem(check: string, message: string, remedy: string): Finding {
  return { check, state: 'problem', message, remedy }
}
