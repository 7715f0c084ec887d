import { deepEqual } from '@fairlead/kube-core'

import { numberAt, recordAt, type Fields } from '../../definitions/fields.ts'
import { podTemplateWarnings } from '../shared/pod/pod-warnings.ts'

const manyCompletions = 100_000
const muchParallelism = 10_000

/** As WarningsForJobSpec in Kubernetes' `pkg/api/job`; none of what did not change. */
export function jobSpecWarnings(spec: Fields, path: string, previous?: Fields): string[] {
  if (deepEqual(spec, previous)) return []
  const isLarge =
    spec['completionMode'] === 'Indexed' &&
    (numberAt(spec, 'completions') ?? 0) > manyCompletions &&
    (numberAt(spec, 'parallelism') ?? 0) > muchParallelism
  const large =
    'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than ' +
    '10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail'
  return [
    ...(isLarge ? [`${path}: ${large}`] : []),
    ...podTemplateWarnings(recordAt(spec, 'template'), `${path}.template`),
  ]
}
