import { controllerBuilder, type Manager, webhookBuilder } from '@fairlead/controller-runtime'
import { defineResource, invalidField, type JsonSchema } from '@fairlead/kube-core'
import { ConfigMap } from '@fairlead/kube-types'

const spec: JsonSchema<{ replicas?: number }> = {
  type: 'object',
  properties: { replicas: { type: 'integer' } },
}
const status: JsonSchema<{ ready?: boolean }> = {
  type: 'object',
  properties: { ready: { type: 'boolean' } },
}

/** A kind for tests. */
export const Database = defineResource({
  group: 'databases.example.com',
  version: 'v1',
  kind: 'Database',
  plural: 'databases',
  description: 'A database.',
  spec,
  status,
})

/** An operator for tests: a database has a ConfigMap, one replica by default, and a status. */
export function setup(manager: Manager): void {
  controllerBuilder(manager)
    .for(Database)
    .owns(ConfigMap)
    .build(async (key, { signal }) => {
      const database = manager.cache.get(Database, key)
      if (database === undefined) return
      const { name, uid = '' } = database.metadata
      const owner = { apiVersion: 'databases.example.com/v1', kind: 'Database', name, uid }
      await manager.client.apply(
        ConfigMap,
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { ...key, ownerReferences: [{ ...owner, controller: true }] },
          data: { replicas: String(database.spec.replicas) },
        },
        { fieldManager: 'databases', signal },
      )
      const ready = { ...database, status: { ready: true } }
      if (database.status?.ready !== true) await manager.client.status.update(Database, ready)
    })
  webhookBuilder(manager)
    .for(Database)
    .defaults((database) => ({ ...database, spec: { replicas: 1, ...database.spec } }))
    .validates({
      create: ({ spec: { replicas = 1 } }) => ({
        errors: replicas > 0 ? [] : [invalidField('spec.replicas', replicas, 'must be positive')],
      }),
    })
    .build()
}

export const database = (name: string, replicas?: number) => ({
  apiVersion: 'databases.example.com/v1',
  kind: 'Database',
  metadata: { namespace: 'default', name },
  spec: replicas === undefined ? {} : { replicas },
})
