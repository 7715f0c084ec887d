const dnsLabel = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const dnsSubdomain = `${dnsLabel}(\\.${dnsLabel})*`
const labelKey = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const labelValue = `(${labelKey})?`
const dns1035Label = '[a-z]([-a-z0-9]*[a-z0-9])?'

const dnsLabelPattern = new RegExp(`^${dnsLabel}$`)
const dnsSubdomainPattern = new RegExp(`^${dnsSubdomain}$`)
const labelKeyPattern = new RegExp(`^${labelKey}$`)
const labelValuePattern = new RegExp(`^${labelValue}$`)
const dns1035LabelPattern = new RegExp(`^${dns1035Label}$`)

const labelLengthMax = 63
const subdomainLengthMax = 253

/** Validation errors for a DNS label (RFC 1123); empty when it is valid. */
export function checkDnsLabel(value: string): string[] {
  const problems = tooLong(value, labelLengthMax)
  if (dnsLabelPattern.test(value)) return problems
  if (dnsSubdomainPattern.test(value)) return [...problems, 'must not contain dots']
  const rule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character"
  return [...problems, patternProblem(rule, dnsLabel, ['my-name', '123-abc'])]
}

/** Validation errors for a DNS subdomain (RFC 1123); empty when it is valid. */
export function checkDnsSubdomain(value: string): string[] {
  const problems = tooLong(value, subdomainLengthMax)
  if (dnsSubdomainPattern.test(value)) return problems
  const rule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
  return [...problems, patternProblem(rule, dnsSubdomain, ['example.com'])]
}

/**
 * Validation errors for a DNS label that starts with a letter (RFC 1035), as names of kinds must.
 */
export function checkDns1035Label(value: string): string[] {
  const problems = tooLong(value, labelLengthMax)
  if (dns1035LabelPattern.test(value)) return problems
  const rule =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character"
  return [...problems, patternProblem(rule, dns1035Label, ['my-name', 'abc-123'])]
}

/** Validation errors for the key of a label, annotation or finalizer: `[prefix/]name`. */
export function checkLabelKey(value: string): string[] {
  const rule =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
  const pattern = (): string => patternProblem(rule, labelKey, ['MyName', 'my.name', '123-abc'])
  const parts = value.split('/')
  if (parts.length > 2) {
    return [
      `a qualified name ${pattern()} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ]
  }
  const name = parts.at(-1) ?? ''
  const problems = parts.length === 2 ? checkPrefix(parts[0] ?? '') : []
  if (name === '') problems.push('name part must be non-empty')
  else problems.push(...tooLong(name, labelLengthMax).map((problem) => `name part ${problem}`))
  if (!labelKeyPattern.test(name)) problems.push(`name part ${pattern()}`)
  return problems
}

function checkPrefix(prefix: string): string[] {
  if (prefix === '') return ['prefix part must be non-empty']
  return checkDnsSubdomain(prefix).map((problem) => `prefix part ${problem}`)
}

/** Validation errors for a label value; empty when it is valid. */
export function checkLabelValue(value: string): string[] {
  const problems = tooLong(value, labelLengthMax)
  if (labelValuePattern.test(value)) return problems
  const rule =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
  return [...problems, patternProblem(rule, labelValue, ['MyValue', 'my_value', '12345'])]
}

/** Complaints about a name that only has to be a valid URL path segment. */
export function checkPathSegment(value: string): string[] {
  if (value === '.' || value === '..') return [`may not be '${value}'`]
  return checkPathSegmentPrefix(value)
}

/** As `checkPathSegment`, for a prefix that is completed later. */
export function checkPathSegmentPrefix(value: string): string[] {
  return ['/', '%']
    .filter((part) => value.includes(part))
    .map((part) => `may not contain '${part}'`)
}

function tooLong(value: string, lengthMax: number): string[] {
  const length = Buffer.byteLength(value)
  return length > lengthMax ? [`must be no more than ${lengthMax} characters`] : []
}

function patternProblem(rule: string, pattern: string, examples: readonly string[]): string {
  const shown = examples.map((example) => `'${example}', `).join(' or ')
  return `${rule} (e.g. ${shown}regex used for validation is '${pattern}')`
}
