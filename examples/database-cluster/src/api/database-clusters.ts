import { carriedFields, defineVersions, type ObjectOf } from '@fairlead/kube-core'

import { v1alpha1 } from './v1alpha1.ts'
import { v1beta1 } from './v1beta1.ts'

/** What v1alpha1 has no field for. */
const carried = carriedFields<{ minReplicas: number }>('databases.example.com/v1beta1')

/** All versions of the kind, stored as v1beta1. */
export const databaseClusters = defineVersions(
  { v1alpha1, v1beta1 },
  {
    storage: 'v1beta1',
    convert: {
      v1alpha1: {
        toHub: ({ metadata, spec: { size: replicas, production, ...same }, ...rest }) => ({
          ...rest,
          metadata: carried.remove(metadata),
          spec: {
            ...same,
            ...carried.read(metadata),
            replicas,
            environment: production ? ('production' as const) : ('development' as const),
          },
        }),
        fromHub: ({ metadata, spec, ...rest }) => {
          const { replicas: size, environment, minReplicas, ...same } = spec
          return {
            ...rest,
            metadata:
              minReplicas === undefined ? metadata : carried.write(metadata, { minReplicas }),
            spec: { ...same, size, production: environment === 'production' },
          }
        },
      },
    },
  },
)

/** The version in which the operator works. */
export const DatabaseCluster = v1beta1
export type DatabaseCluster = ObjectOf<typeof v1beta1>
