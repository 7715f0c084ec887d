import { checkLabelKey, formatQuantity } from '@fairlead/kube-core'

import type { Place } from '../place.ts'
import { quantityAt } from '../quantities.ts'

/** Fields of a pod that its environment may show. */
export const environmentFields = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
] as const

/** Fields of a pod that files in a volume may show. */
export const volumeFields = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
] as const

/** As ConvertDownwardAPIFieldLabel in Kubernetes' pod helpers: what any reference may name. */
const knownFields: ReadonlySet<string> = new Set([
  ...environmentFields,
  ...volumeFields,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
])

const resourceFields = ['limits', 'requests'].flatMap((list) => [
  `${list}.cpu`,
  `${list}.ephemeral-storage`,
  `${list}.memory`,
])
const hugePagePrefixes = ['requests.hugepages-', 'limits.hugepages-']
const suffixes = ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const byteDivisors = suffixes.map((suffix) => `1${suffix}`)

/** As validateObjectFieldSelector in Kubernetes' core validation; `allowed` is sorted. */
export function validateFieldRef(ref: Place, allowed: readonly string[]): void {
  if (!ref.requireText('apiVersion') || !ref.requireText('fieldPath')) return
  const { path, subscript } = split(ref.text('fieldPath'))
  const problem = conversionProblem(ref.text('apiVersion'), ref.text('fieldPath'))
  if (problem !== undefined) {
    ref.invalid('fieldPath', `error converting fieldPath: ${problem}`)
  } else if (subscript === undefined) {
    const internal = path === 'spec.host' ? 'spec.nodeName' : path
    if (!allowed.includes(internal)) ref.unsupported('fieldPath', allowed, internal)
  } else if (path === 'metadata.annotations') {
    const key = subscript.toLowerCase()
    ref.problems('', checkLabelKey(key), key)
  } else if (path === 'metadata.labels') {
    ref.problems('', checkLabelKey(subscript), subscript)
  } else {
    ref.invalid('', 'does not support subscript', path)
  }
}

function conversionProblem(version: string, label: string): string | undefined {
  if (version !== 'v1') return `unsupported pod version: ${version}`
  const { path, subscript } = split(label)
  if (subscript !== undefined) {
    return path === 'metadata.annotations' || path === 'metadata.labels'
      ? undefined
      : `field label does not support subscript: ${label}`
  }
  return knownFields.has(label) || label === 'spec.host'
    ? undefined
    : `field label not supported: ${label}`
}

/** Splits `metadata.labels['a']`. */
function split(label: string): { readonly path: string; readonly subscript?: string } {
  const bracket = label.indexOf("['")
  if (!label.endsWith("']") || bracket <= 0) return { path: label }
  return { path: label.slice(0, bracket), subscript: label.slice(bracket + 2, -2) }
}

/** As validateContainerResourceFieldSelector in Kubernetes' core validation. */
export function validateResourceFieldRef(ref: Place, isOfVolume: boolean): void {
  const resource = ref.text('resource')
  if (isOfVolume && ref.text('containerName') === '') ref.required('containerName')
  else if (resource === '') ref.required('resource')
  else if (!resourceFields.includes(resource) && !isHugePages(resource)) {
    ref.unsupported('resource', resourceFields)
  }
  validateDivisor(ref, resource)
}

function isHugePages(resource: string): boolean {
  return hugePagePrefixes.some((prefix) => resource.startsWith(prefix))
}

function validateDivisor(ref: Place, resource: string): void {
  const divisor = quantityAt(ref, 'divisor')
  if (divisor === undefined || divisor.nano === 0n) return
  const canonical = formatQuantity(divisor)
  const kind = resource.slice(resource.indexOf('.') + 1)
  if (resource === 'limits.cpu' || resource === 'requests.cpu') {
    if (canonical === '1' || canonical === '1m') return
    const detail = "only divisor's values 1m and 1 are supported with the cpu resource"
    ref.invalid('divisor', detail, resource)
    return
  }
  const name = isHugePages(resource)
    ? 'hugepages'
    : kind === 'ephemeral-storage'
      ? 'local ephemeral storage'
      : 'memory'
  const isChecked = isHugePages(resource) || resourceFields.includes(resource)
  if (!isChecked || byteDivisors.includes(canonical)) return
  const detail = `only divisor's values ${byteDivisors.join(', ')} are supported with the ${name} resource`
  ref.invalid('divisor', detail, resource)
}
