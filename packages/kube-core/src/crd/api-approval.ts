import { goQuote } from '../go-quote.ts'
import type { CustomResourceDefinitionObject } from './custom-resource-definition.ts'

/** What a definition in a group of the Kubernetes project says of its API's approval. */
interface ApiApproval {
  readonly state: 'missing' | 'bypassed' | 'approved' | 'invalid'
  /** What is wrong, or what was said; never empty. */
  readonly reason: string
}

/** The annotation that links to the approval, or declares that there is none. */
export const approvalAnnotation = 'api-approved.kubernetes.io'

const introduction = `protected groups must have approval annotation "${approvalAnnotation}"`
const reference = 'see https://github.com/kubernetes/enhancements/pull/1111'
const forms = 'with either a URL or a reason starting with "unapproved"'

/**
 * As GetAPIApprovalState in Kubernetes' apiextensions-apiserver; undefined for groups of other
 * projects, which need no approval.
 */
export function apiApproval({
  metadata,
  spec,
}: CustomResourceDefinitionObject): ApiApproval | undefined {
  if (!/(?:^|\.)(?:k8s|kubernetes)\.io$/.test(spec.group ?? '')) return undefined
  const value = metadata.annotations?.[approvalAnnotation] ?? ''
  if (value === '') return { state: 'missing', reason: `${introduction}, ${reference}` }
  if (value.startsWith('unapproved')) {
    return { state: 'bypassed', reason: `not approved: ${goQuote(value)}` }
  }
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s/]+/.test(value)) {
    return { state: 'approved', reason: `approved in ${value}` }
  }
  return { state: 'invalid', reason: `${introduction} ${forms}, ${reference}` }
}
