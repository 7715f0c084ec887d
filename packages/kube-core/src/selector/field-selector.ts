import { errors } from '../status-error.ts'

export interface FieldRequirement {
  /** For example `metadata.name`. */
  path: string
  operator: '=' | '!='
  value: string
}

/** A conjunction of terms over fields. The caller decides which fields exist. */
export interface FieldSelector {
  readonly requirements: FieldRequirement[]
  readonly empty: boolean
  /** `get` returns a field's value; an absent field counts as an empty string. */
  matches(get: (path: string) => string | undefined): boolean
  toString(): string
}

/**
 * Parses `metadata.name=a,spec.x!=b`, where `\`, `,` and `=` inside values are escaped with `\`.
 * Throws a bad request (`StatusError`, 400) with the API server's wording.
 */
export function parseFieldSelector(text: string): FieldSelector {
  const terms = splitTerms(text).filter((term) => term !== '')
  const parsed = terms.toSorted().map((term) => parseTerm(term, text))
  // A term without field and value is ignored.
  const requirements = parsed.filter(({ path, value }) => path !== '' || value !== '')
  return {
    requirements,
    empty: requirements.length === 0,
    matches: (get) => requirements.every((term) => matchesTerm(term, get(term.path) ?? '')),
    toString: () => requirements.map(formatTerm).join(','),
  }
}

function matchesTerm(term: FieldRequirement, value: string): boolean {
  return term.operator === '=' ? value === term.value : value !== term.value
}

function formatTerm({ path, operator, value }: FieldRequirement): string {
  return path + operator + escapeFieldValue(value)
}

/** Escapes a value for a field selector. */
export function escapeFieldValue(value: string): string {
  return value.replace(/[\\,=]/g, (character) => '\\' + character)
}

/** Splits at unescaped commas. */
function splitTerms(text: string): string[] {
  const terms = ['']
  let escaped = false
  for (const character of text) {
    if (character === ',' && !escaped) {
      terms.push('')
      continue
    }
    escaped = character === '\\' && !escaped
    terms[terms.length - 1] += character
  }
  return terms
}

function parseTerm(term: string, selector: string): FieldRequirement {
  const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term)
  if (match === null) {
    throw errors.badRequest(`invalid selector: '${selector}'; can't understand '${term}'`)
  }
  const [, path = '', operator, value = ''] = match
  return { path, operator: operator === '!=' ? '!=' : '=', value: unescapeValue(value) }
}

function unescapeValue(value: string): string {
  return value.replace(/\\(.?)|[,=]/gsu, (found, escaped: string | undefined) => {
    if (escaped === undefined) {
      throw errors.badRequest(
        `invalid field selector: unescaped character in value: ${found.codePointAt(0)}`,
      )
    }
    if (escaped === '' || !'\\,='.includes(escaped)) {
      throw errors.badRequest(`invalid field selector: invalid escape sequence: ${found}`)
    }
    return escaped
  })
}
