import { builtInKind } from '../../definitions/built-in-kind.ts'
import { ageColumn, nameColumn } from '../../definitions/standard-columns.ts'
import { numberColumn } from '../shared/workload-columns.ts'

/** What the `scale` subresource of any kind is sent and answers; it is never stored. */
export const scaleKind = builtInKind(
  {
    group: 'autoscaling',
    version: 'v1',
    kind: 'Scale',
    plural: 'scales',
    singular: 'scale',
    type: 'io.k8s.api.autoscaling.v1.Scale',
    namespaced: true,
    verbs: ['get', 'update', 'patch'],
  },
  {
    allColumns: [
      nameColumn,
      numberColumn('Desired', 'Number of desired replicas', 'spec', 'replicas'),
      numberColumn('Available', 'Number of actual replicas', 'status', 'replicas'),
      ageColumn,
    ],
  },
)
