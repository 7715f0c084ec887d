import type { LLMProvider } from '@fairlead/api'
import type { Findings } from '../../judging/findings.ts'

/**
 * The origin of `spec.proxyURL`; undefined without one, and for one that is rejected. A rejected one
 * is not repeated: it might hold a password.
 */
export function proxyAddress({ spec }: LLMProvider, findings: Findings): string | undefined {
  if (spec.proxyURL === undefined) return undefined
  const url = URL.parse(spec.proxyURL)
  if (url?.protocol !== 'http:') {
    findings.reject('spec.proxyURL: not an absolute http URL')
    return undefined
  }
  if (url.username || url.password) {
    findings.reject('spec.proxyURL: must not contain a user or password')
    return undefined
  }
  if (url.pathname !== '/' || url.search || url.hash) {
    findings.reject('spec.proxyURL: must have no path, query or fragment')
    return undefined
  }
  return url.origin
}
