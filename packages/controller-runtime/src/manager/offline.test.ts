import { ConfigMap, Deployment, Secret } from '@fairlead/kube-types'
import { describe, expect, it } from 'vitest'
import { silentLogger } from '@fairlead/base'
import { ControllerBuilder } from '../controller/controller-builder.ts'
import { ChannelSource } from '../controller/channel-source.ts'
import { Manager } from './manager.ts'
import { OfflineError } from './offline-config.ts'

const manager = () => Manager.offline({ logger: silentLogger })

describe('a manager that is offline', () => {
  it('describes the controllers that were set up on it', () => {
    const offline = manager()
    new ControllerBuilder(offline)
      .for(Deployment)
      .owns(ConfigMap)
      .watches(Secret, () => [], { cluster: 'west' })
      .watchesRaw(new ChannelSource('timer'))
      .needs(ConfigMap, ['create', 'get'])
      .needs(Deployment, ['patch'], 'status')
      .build(async () => {})
    new ControllerBuilder(offline)
      .named('other')
      .watchesRaw(new ChannelSource('timer'))
      .withOptions({ needLeaderElection: false })
      .build(async () => {})
    expect(offline.controllers).toEqual([
      {
        name: 'deployment',
        for: Deployment,
        needLeaderElection: true,
        watches: [{ type: Deployment }, { type: ConfigMap }, { type: Secret, cluster: 'west' }],
        // Nothing is read of Secrets in this cluster.
        rules: [
          rule('', 'configmaps', 'get', 'list', 'watch', 'create'),
          rule('apps', 'deployments', 'get', 'list', 'watch'),
          rule('apps', 'deployments/status', 'patch'),
        ],
      },
      { name: 'other', needLeaderElection: false, watches: [], rules: [] },
    ])
  })

  it('can have whatever an operator declares', () => {
    const offline = Manager.offline({
      logger: silentLogger,
      leaderElection: { name: 'operator' },
      controllerDefaults: { maxConcurrentReconciles: 2 },
    })
    offline.cache.informerFor(ConfigMap)
    offline.cache.addIndex(ConfigMap, 'name', ({ metadata }) => [metadata.name])
    offline.addCluster('west', { config: { ...offlineServer } })
    offline.addReadyzCheck('mine', () => {})
    offline.eventRecorder('operator')
    expect(offline.controllers).toEqual([])
  })

  it('neither starts nor calls', async () => {
    const offline = manager()
    await expect(offline.start(new AbortController().signal)).rejects.toThrow(OfflineError)
    await expect(offline.client.list(Secret)).rejects.toThrow('this manager is offline')
  })
})

function rule(group: string, resource: string, ...verbs: readonly string[]) {
  return { apiGroups: [group], resources: [resource], verbs }
}

const offlineServer = {
  server: 'https://west.invalid',
  tls: {},
  credentials: { current: () => Promise.resolve({}), invalidate: () => {} },
}
