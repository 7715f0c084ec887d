import { arrayOrEmpty, isJsonObject, objectOrEmpty, type JsonObject } from '@fairlead/base'
import type { KubernetesObject } from '@fairlead/kube-core'

import type { AdmissionPlugin } from '../admission/admission-plugin.ts'
import type { AdmissionRequest } from '../admission/admission-request.ts'
import { forbidden } from '../admission/forbidden.ts'
import { parseAmounts, type Amounts } from '../quota/amounts.ts'
import type { Storage } from '../storage/storage.ts'
import { aboveMaximum, aboveRatio, belowMinimum } from './limit-values.ts'
import { changed, isFor, joined, shown } from './plugin-request.ts'
import { amountsOf, containersOf, initContainersOf, podAmounts } from '../quota/pod-resources.ts'

const annotation = 'kubernetes.io/limit-ranger'

/** Gives the containers of new pods the default requests and limits, and enforces LimitRanges. */
export function limitRanger(storage: Storage): AdmissionPlugin {
  const rangesFor = ({ namespace }: AdmissionRequest): readonly KubernetesObject[] =>
    storage.list({ resource: 'limitranges', namespace }).objects
  return {
    name: 'LimitRanger',
    mutate: (request) => {
      if (request.operation !== 'CREATE' || !isFor(request, '', 'pods')) return undefined
      const ranges = rangesFor(request)
      if (ranges.length === 0) return undefined
      return changed(request, (pod) => {
        for (const range of ranges) setDefaults(pod, limitsOf(range))
      })
    },
    validate: (request) => {
      if (!isLimited(request)) return
      for (const range of rangesFor(request)) {
        const problems = limitsOf(range).flatMap((limit) => problemsOf(request, limit))
        if (problems.length > 0) throw forbidden(request, joined(problems))
      }
    },
  }
}

/** Pods cannot be resized by an update, and what is being deleted is left alone. */
function isLimited(request: AdmissionRequest): boolean {
  const { operation, oldObject } = request
  if (operation !== 'CREATE' && operation !== 'UPDATE') return false
  if (oldObject?.metadata.deletionTimestamp !== undefined) return false
  if (isFor(request, '', 'pods')) return operation === 'CREATE'
  return isFor(request, '', 'persistentvolumeclaims')
}

function limitsOf(range: KubernetesObject): readonly JsonObject[] {
  return arrayOrEmpty(objectOrEmpty(range['spec'])['limits']).map(objectOrEmpty)
}

function setDefaults(pod: KubernetesObject, limits: readonly JsonObject[]): void {
  const ofContainers = limits.filter(({ type }) => type === 'Container')
  const all = (field: string): JsonObject =>
    Object.fromEntries(ofContainers.flatMap((limit) => Object.entries(objectOrEmpty(limit[field]))))
  const requests = all('defaultRequest')
  const maxima = all('default')
  const told = [
    ...containersOf(pod).flatMap((each) => setContainer(each, 'container', requests, maxima)),
    ...initContainersOf(pod).flatMap((each) =>
      setContainer(each, 'init container', requests, maxima),
    ),
  ]
  if (told.length === 0) return
  pod.metadata.annotations = {
    ...pod.metadata.annotations,
    [annotation]: `LimitRanger plugin set: ${told.join('; ')}`,
  }
}

/** What was set, in words. */
function setContainer(
  container: JsonObject,
  what: string,
  requests: JsonObject,
  limits: JsonObject,
): string[] {
  const resources: Record<string, unknown> = { ...objectOrEmpty(container['resources']) }
  const told: string[] = []
  for (const [field, label, defaults] of [
    ['requests', 'request', requests],
    ['limits', 'limit', limits],
  ] as const) {
    const given = resources[field]
    if (given !== undefined && given !== null && !isJsonObject(given)) continue
    const missing = Object.keys(defaults).filter((name) => !Object.hasOwn(given ?? {}, name))
    if (missing.length === 0) continue
    const added = Object.fromEntries(missing.map((name) => [name, defaults[name]]))
    resources[field] = { ...given, ...added }
    told.push(`${missing.toSorted().join(', ')} ${label} for ${what} ${shown(container['name'])}`)
  }
  if (told.length > 0) Object.assign(container, { resources })
  return told
}

function problemsOf({ object }: AdmissionRequest, limit: JsonObject): string[] {
  if (object === undefined) return []
  const type = shown(limit['type'])
  const check = (requests: Amounts, limits: Amounts): string[] =>
    compare(limit, type, requests, limits)
  if (object.kind === 'PersistentVolumeClaim') {
    if (type !== 'PersistentVolumeClaim') return []
    const resources = objectOrEmpty(objectOrEmpty(object['spec'])['resources'])
    return check(parseAmounts(resources['requests']), new Map())
  }
  if (type === 'Pod') return check(podAmounts(object, 'requests'), podAmounts(object, 'limits'))
  if (type !== 'Container') return []
  return [...containersOf(object), ...initContainersOf(object)].flatMap((container) =>
    check(amountsOf(container, 'requests'), amountsOf(container, 'limits')),
  )
}

function compare(limit: JsonObject, type: string, requests: Amounts, limits: Amounts): string[] {
  const rules = [
    ['min', belowMinimum],
    ['max', aboveMaximum],
    ['maxLimitRequestRatio', aboveRatio],
  ] as const
  return rules.flatMap(([field, rule]) =>
    [...parseAmounts(limit[field])].flatMap(([resource, enforced]) => {
      return rule({ type, resource, enforced, requests, limits }) ?? []
    }),
  )
}
