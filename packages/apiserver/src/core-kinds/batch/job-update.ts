import { deepEqual, GoSyntax, type KubernetesObject } from '@fairlead/kube-core'

import { optionalRecordAt, recordAt, type Fields } from '../../definitions/fields.ts'
import type { Place } from '../shared/place.ts'
import { goLabelSelector } from '../shared/pod-selector.ts'

const immutable = 'field is immutable'

/** As ValidateJobSpecUpdate in Kubernetes' validation of `batch`. */
export function validateJobUpdate(spec: Place, previous: KubernetesObject): void {
  const before = recordAt(previous, 'spec')
  const keep = (field: string, shown: unknown): void => {
    if (!deepEqual(spec.fields[field], before[field])) spec.invalid(field, immutable, shown)
  }
  validateCompletions(spec, before)
  keep('selector', goLabelSelector(spec.fields['selector']))
  const wasWaiting =
    before['suspend'] === true && recordAt(previous, 'status')['startTime'] === undefined
  const template = recordAt(spec.fields, 'template')
  const wanted = wasWaiting ? withScheduling(recordAt(before, 'template'), template) : undefined
  if (!deepEqual(template, wanted ?? before['template'])) {
    // Shown with where its parts are in memory, which is nowhere here.
    spec.invalid('template', immutable, new GoSyntax('core.PodTemplateSpec{}'))
  }
  keep('completionMode', spec.fields['completionMode'] ?? 'null')
  keep('podFailurePolicy', goStruct(spec, 'podFailurePolicy', 'batch.PodFailurePolicy'))
  keep('backoffLimitPerIndex', spec.fields['backoffLimitPerIndex'] ?? 'null')
  keep('managedBy', spec.fields['managedBy'] ?? 'null')
  keep('successPolicy', goStruct(spec, 'successPolicy', 'batch.SuccessPolicy'))
}

function goStruct(spec: Place, field: string, type: string): unknown {
  return spec.has(field) ? new GoSyntax(`${type}{}`) : 'null'
}

function validateCompletions(spec: Place, before: Fields): void {
  const { completions, parallelism } = spec.fields
  if (deepEqual(completions, before['completions'])) return
  if (spec.text('completionMode') !== 'Indexed') {
    spec.invalid('completions', immutable, completions ?? 'null')
  } else if (completions !== undefined && completions !== parallelism) {
    const detail = 'can only be modified in tandem with spec.parallelism'
    spec.invalid('completions', detail)
  }
}

/** A job that has not started may be scheduled in another way. */
function withScheduling(before: Fields, now: Fields): Fields {
  const spec = recordAt(now, 'spec')
  const kept: Record<string, unknown> = { ...recordAt(before, 'spec') }
  for (const field of ['nodeSelector', 'tolerations', 'schedulingGates']) {
    put(kept, field, spec[field])
  }
  const affinity: Record<string, unknown> = { ...optionalRecordAt(kept, 'affinity') }
  put(affinity, 'nodeAffinity', optionalRecordAt(spec, 'affinity')?.['nodeAffinity'])
  const hasAffinity = Object.keys(affinity).length > 0 || spec['affinity'] !== undefined
  put(kept, 'affinity', hasAffinity ? affinity : undefined)
  const metadata: Record<string, unknown> = { ...recordAt(before, 'metadata') }
  for (const field of ['annotations', 'labels'])
    put(metadata, field, recordAt(now, 'metadata')[field])
  return { ...before, metadata, spec: kept }
}

function put(fields: Record<string, unknown>, field: string, value: unknown): void {
  if (value === undefined) delete fields[field]
  else fields[field] = value
}
