import { deepEqual, goStringMap, type KubernetesObject } from '@fairlead/kube-core'

import { recordAt, recordsAt, textMapAt, type Fields } from '../../definitions/fields.ts'
import { changedFields } from '../shared/changed-fields.ts'
import { goNodeSelectorTerm, goNodeSelectorTerms } from '../shared/node-selector.ts'
import type { Place } from '../shared/place.ts'
import {
  appArmorContainer,
  mirrorAnnotation,
  validatePodAnnotations,
} from '../shared/pod/pod-annotations.ts'
import { containersOf } from '../shared/pod/pod-spec.ts'
import { validateImageSpaces } from '../shared/pod/containers.ts'
import { validateTolerations } from '../shared/pod/tolerations.ts'

const int32Max = 2 ** 31 - 1
const updatable = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
]

/** As ValidatePodUpdate in Kubernetes' core validation, beyond what holds for every pod. */
export function validatePodUpdate(root: Place, previous: KubernetesObject): void {
  const spec = root.within('spec')
  const before = recordAt(previous, 'spec')
  validateAnnotationUpdates(root, previous)
  for (const list of ['containers', 'initContainers']) {
    if (spec.items(list).length !== recordsAt(before, list).length) {
      spec.forbidden(list, 'pod updates may not add or remove containers')
      return
    }
    for (const container of spec.each(list)) {
      container.requireText('image')
      validateImageSpaces(container)
    }
  }
  if (!validateDeadline(spec, before)) return
  validateAddedTolerations(spec, before)
  validateRemovedGates(spec, before)
  validateFixedFields(spec, before)
}

/** As ValidatePodSpecificAnnotationUpdates in Kubernetes' core validation. */
export function validateAnnotationUpdates(root: Place, previous: KubernetesObject): void {
  const metadata = root.within('metadata')
  const now = metadata.textMap('annotations')
  const before = textMapAt(recordAt(previous, 'metadata'), 'annotations')
  const refuse = (key: string, verb: string): void => {
    const field = `annotations[${key}]`
    if (key.startsWith(appArmorContainer)) {
      metadata.forbidden(field, `may not ${verb} AppArmor annotations`)
    }
    if (key === mirrorAnnotation) {
      metadata.forbidden(field, `may not ${verb} mirror pod annotation`)
    }
  }
  for (const [key, value] of Object.entries(before)) {
    if (now[key] !== value) refuse(key, 'remove or update')
  }
  for (const key of Object.keys(now)) {
    if (before[key] === undefined) refuse(key, 'add')
  }
  const spec = root.within('spec')
  validatePodAnnotations(metadata, spec, containersOf(spec))
}

/** @returns whether to look at the rest */
function validateDeadline(spec: Place, before: Fields): boolean {
  const field = 'activeDeadlineSeconds'
  const was = before[field]
  const now = spec.optionalNumber(field)
  if (now === undefined) {
    if (typeof was === 'number') {
      spec.invalid(field, 'must not update from a positive integer to nil value', 'null')
    }
    return true
  }
  if (now < 0 || now > int32Max) {
    spec.invalid(field, `must be between 0 and ${int32Max}, inclusive`)
    return false
  }
  if (typeof was !== 'number' || was >= now) return true
  spec.invalid(field, 'must be less than or equal to previous value')
  return false
}

/** As validateOnlyAddedTolerations in Kubernetes' core validation. */
function validateAddedTolerations(spec: Place, before: Fields): void {
  const identity = (toleration: Fields): string =>
    JSON.stringify(
      Object.entries(toleration)
        .filter(([field]) => field !== 'tolerationSeconds')
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    )
  const now = new Set(spec.each('tolerations').map(({ fields }) => identity(fields)))
  if (recordsAt(before, 'tolerations').some((old) => !now.has(identity(old)))) {
    const detail = 'existing toleration can not be modified except its tolerationSeconds'
    spec.forbidden('tolerations', detail)
    return
  }
  validateTolerations(spec)
}

function validateRemovedGates(spec: Place, before: Fields): void {
  const known = new Set(recordsAt(before, 'schedulingGates').map(({ name }) => name))
  for (const gate of spec.each('schedulingGates')) {
    const name = gate.text('name')
    if (known.has(name)) continue
    const detail = `only deletion is allowed, but found new scheduling gate '${name}'`
    gate.forbidden('name', detail)
  }
}

function validateFixedFields(spec: Place, before: Fields): void {
  if (deepEqual(spec.fields, before)) return
  const munged: Record<string, unknown> = { ...spec.fields }
  for (const list of ['containers', 'initContainers']) {
    if (munged[list] !== undefined) munged[list] = withImages(spec, before, list)
  }
  for (const field of ['activeDeadlineSeconds', 'schedulingGates', 'tolerations']) {
    put(munged, field, before[field])
  }
  const grace = before['terminationGracePeriodSeconds']
  if (typeof grace === 'number' && grace < 0 && munged['terminationGracePeriodSeconds'] === 1) {
    munged['terminationGracePeriodSeconds'] = grace
  }
  if (recordsAt(before, 'schedulingGates').length > 0) restoreScheduling(spec, before, munged)
  if (deepEqual(munged, before)) return
  const detail =
    `pod updates may not change fields other than ${updatable.join(',')}\n` +
    changedFields(munged, before, 'spec')
  spec.forbidden('', detail)
}

function withImages(spec: Place, before: Fields, list: string): unknown[] {
  const old = recordsAt(before, list)
  return spec.each(list).map(({ fields }, index) => {
    const container: Record<string, unknown> = { ...fields }
    put(container, 'image', old[index]?.['image'])
    return container
  })
}

/** As long as a pod is held back, where it may run can be narrowed. */
function restoreScheduling(spec: Place, before: Fields, munged: Record<string, unknown>): void {
  const selector = spec.textMap('nodeSelector')
  const old = textMapAt(before, 'nodeSelector')
  if (Object.entries(old).some(([key, value]) => selector[key] !== value)) {
    const detail = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)'
    const shown = goStringMap(spec.has('nodeSelector') ? selector : undefined)
    spec.invalid('nodeSelector', detail, shown)
  }
  put(munged, 'nodeSelector', before['nodeSelector'])
  const affinity: Record<string, unknown> = { ...recordAt(munged, 'affinity') }
  const oldNode = recordAt(before, 'affinity')['nodeAffinity']
  if (!deepEqual(affinity['nodeAffinity'], oldNode)) {
    validateNarrowedAffinity(spec.within('affinity').within('nodeAffinity'), before)
  }
  put(affinity, 'nodeAffinity', oldNode)
  const isEmpty = Object.keys(affinity).length === 0 && before['affinity'] === undefined
  put(munged, 'affinity', isEmpty ? undefined : affinity)
}

/** As validateNodeAffinityMutation in Kubernetes' core validation. */
function validateNarrowedAffinity(affinity: Place, before: Fields): void {
  const required = 'requiredDuringSchedulingIgnoredDuringExecution'
  const oldAffinity = recordAt(recordAt(before, 'affinity'), 'nodeAffinity')
  const old = recordsAt(recordAt(oldAffinity, required), 'nodeSelectorTerms')
  const selector = affinity.within(required)
  const terms = selector.each('nodeSelectorTerms')
  if (old.length === 0) return
  if (terms.length !== old.length) {
    const detail = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed'
    const shown = selector.has('nodeSelectorTerms') ? terms : undefined
    selector.invalid('nodeSelectorTerms', detail, goNodeSelectorTerms(shown))
    return
  }
  for (const [index, term] of terms.entries()) {
    if (onlyAdds(term.fields, old[index] ?? {})) continue
    const detail = 'only additions are allowed (no mutations or deletions)'
    term.invalid('', detail, goNodeSelectorTerm(term))
  }
}

function onlyAdds(term: Fields, old: Fields): boolean {
  const lists = ['matchExpressions', 'matchFields'] as const
  const wasEmpty = lists.every((list) => recordsAt(old, list).length === 0)
  if (wasEmpty) return lists.every((list) => recordsAt(term, list).length === 0)
  return lists.every((list) => {
    const kept = recordsAt(old, list)
    return deepEqual(recordsAt(term, list).slice(0, kept.length), kept)
  })
}

function put(fields: Record<string, unknown>, field: string, value: unknown): void {
  if (value === undefined) delete fields[field]
  else fields[field] = value
}
