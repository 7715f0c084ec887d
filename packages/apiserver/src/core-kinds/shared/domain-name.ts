import { checkDnsLabel, checkDnsSubdomain } from '@fairlead/kube-core'

import type { Place } from './place.ts'

const wildcard = String.raw`\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*`
const wildcardPattern = new RegExp(`^${wildcard}$`)
const pathPattern = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/

/** Problems of a name such as `*.example.com`, as IsWildcardDNS1123Subdomain in API machinery. */
export function checkWildcardDomain(name: string): readonly string[] {
  const problems = []
  if (Buffer.byteLength(name) > 253) problems.push('must be no more than 253 characters')
  if (!wildcardPattern.test(name)) {
    problems.push(
      "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, " +
        "which must consist of lower case alphanumeric characters, '-' or '.' and end with an " +
        "alphanumeric character (e.g. '*.example.com', regex used for validation is " +
        `'${wildcard}')`,
    )
  }
  return problems
}

/** A name of at least three labels, as IsFullyQualifiedName in API machinery. */
export function validateFullyQualifiedName(at: Place, field: string): void {
  const name = at.text(field)
  if (!at.requireText(field)) return
  const problems = checkDnsSubdomain(name)
  if (problems.length > 0) at.invalid(field, problems.join(','), name)
  else if (name.split('.').length < 3) {
    at.invalid(field, 'should be a domain with at least three segments separated by dots', name)
  }
}

/** A name of at least two labels, as IsFullyQualifiedDomainName in API machinery. */
export function validateDomainName(at: Place, field: string, name: string): void {
  if (name === '') {
    at.required(field)
    return
  }
  const plain = name.endsWith('.') ? name.slice(0, -1) : name
  const problems = checkDnsSubdomain(plain)
  if (problems.length > 0) {
    at.invalid(field, problems.join(','), plain)
    return
  }
  const labels = plain.split('.')
  if (labels.length < 2) {
    at.invalid(field, 'should be a domain with at least two segments separated by dots', plain)
    return
  }
  const wrong = labels.find((label) => checkDnsLabel(label).length > 0)
  if (wrong !== undefined) at.invalid(field, checkDnsLabel(wrong).join(','), wrong)
}

/** A domain and a path, such as `acme.io/foo`, as IsDomainPrefixedPath in API machinery. */
export function validateDomainPrefixedPath(at: Place, field: string): void {
  if (!at.requireText(field)) return
  const text = at.text(field)
  const slash = text.indexOf('/')
  if (slash <= 0 || slash === text.length - 1) {
    at.invalid(field, 'must be a domain-prefixed path (such as "acme.io/foo")', text)
    return
  }
  const domain = text.slice(0, slash)
  at.problems(field, checkDnsSubdomain(domain), domain)
  const path = text.slice(slash + 1)
  if (!pathPattern.test(path)) {
    const shown = pathPattern.source.slice(1, -1)
    at.invalid(field, `Invalid path (regex used for validation is '${shown}')`, path)
  }
}
