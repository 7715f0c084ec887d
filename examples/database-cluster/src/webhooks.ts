import {
  AdmissionDeniedError,
  type AdmissionRequest,
  type DeepReadonly,
  type Manager,
  userMay,
  webhookBuilder,
} from '@fairlead/controller-runtime'
import { invalidField } from '@fairlead/kube-core'

import { DatabaseCluster, databaseClusters } from './api/database-clusters.ts'

type Cluster = DeepReadonly<DatabaseCluster>

const allowScaleDown = 'databases.example.com/allow-scale-down'
const whoMay = 'it needs the verb scaledown on databaseclusters'

/** What is judged before a cluster is stored. */
export function setupWebhooks(manager: Manager): void {
  webhookBuilder(manager)
    .for(DatabaseCluster)
    .defaults((cluster) => {
      if (!isProduction(cluster)) return cluster
      return { ...cluster, spec: { minReplicas: 3, ...cluster.spec } }
    })
    .validates(
      {
        async create(cluster, request) {
          if (mayScaleDown(cluster)) await mustBeAllowed(request)
          return { errors: mistakesIn(cluster) }
        },
        async update(cluster, old, request) {
          if (mayScaleDown(cluster) && !mayScaleDown(old)) await mustBeAllowed(request)
          if (!mayScaleDown(cluster)) keepProduction(cluster, old)
          return { errors: mistakesIn(cluster) }
        },
      },
      { scale: true },
    )
    .build()
  manager.webhooks.converts(databaseClusters)

  async function mustBeAllowed(request: AdmissionRequest): Promise<void> {
    if (await userMay(manager.client, request, 'scaledown')) return
    const { username } = request.user
    throw new AdmissionDeniedError(`${username} may not set ${allowScaleDown}: ${whoMay}`)
  }
}

function mistakesIn({ spec: { replicas } }: Cluster) {
  return replicas > 0 ? [] : [invalidField('spec.replicas', replicas, 'must be greater than zero')]
}

/** Nor may a smaller threshold, or another environment, come before. */
function keepProduction(cluster: Cluster, old: Cluster): void {
  const least = thresholdOf(old)
  const isScaledBelow = cluster.spec.replicas < Math.min(least, old.spec.replicas)
  if (!isScaledBelow && thresholdOf(cluster) >= least) return
  throw new AdmissionDeniedError(
    `production keeps at least ${least} replicas, unless one who may sets ${allowScaleDown}: "true"`,
  )
}

const isProduction = ({ spec }: Cluster) => spec.environment === 'production'
const thresholdOf = (cluster: Cluster) =>
  isProduction(cluster) ? (cluster.spec.minReplicas ?? 3) : 0
const mayScaleDown = ({ metadata }: Cluster) => metadata.annotations?.[allowScaleDown] === 'true'
