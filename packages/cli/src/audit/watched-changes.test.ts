import type { Cache } from '@fairlead/controller-runtime'
import { kinds } from '@fairlead/api'
import { FakeClock } from '@fairlead/base/testing'
import { RecordingLogger } from '@fairlead/controller-runtime/testing'
import type { KubernetesObject, ManagedFieldsEntry } from '@fairlead/kube-core'
import { expect, test } from 'vitest'
import { auditLine } from './audit-line.ts'
import { auditLog } from './audit-log.ts'
import { AuditTrail } from './audit-trail.ts'
import { keepManagers, watchChanges } from './watched-changes.ts'

type Handler = Parameters<ReturnType<Cache['informerFor']>['onEvent']>[0]

/** What a cluster's gateway or operator logs of what its watch shows. */
function watched() {
  const handlers = new Map<string, Handler>()
  const cache = {
    informerFor: ({ kind }: { readonly kind: string }) => ({
      onEvent: (handler: Handler) => handlers.set(kind, handler),
    }),
  } as unknown as Pick<Cache, 'informerFor'>
  const clock = new FakeClock()
  const logger = new RecordingLogger()
  const { lines } = logger
  const trail = new AuditTrail({ sink: auditLog(logger), clock })
  watchChanges(cache, trail, clock)
  const handler = (kind: string) => handlers.get(kind) as Required<Handler>
  return { kinds: [...handlers.keys()], handler, lines }
}

const wrote = (manager: string, time: string, subresource?: string): ManagedFieldsEntry => ({
  manager,
  operation: 'Apply',
  apiVersion: 'fairlead.dev/v1beta1',
  time,
  fieldsType: 'FieldsV1',
  fieldsV1: {},
  ...(subresource !== undefined && { subresource }),
})

const policy = (generation: number, managers: readonly ManagedFieldsEntry[] = []) =>
  ({
    apiVersion: 'fairlead.dev/v1beta1',
    kind: 'UsagePolicy',
    metadata: {
      namespace: 'team',
      name: 'engineering',
      uid: 'u',
      generation,
      resourceVersion: String(generation),
      managedFields: managers,
    },
  }) as KubernetesObject

test('what a watch shows of our kinds is lines of the log, with who wrote last and not what', () => {
  const { handler, kinds: told, lines } = watched()
  expect(new Set(told)).toEqual(new Set(kinds.map(({ kind }) => kind)))
  const { added, updated, deleted } = handler('UsagePolicy')
  added(policy(1), { initial: true })
  expect(lines).toEqual([])

  const first = wrote('kubectl', '2026-01-01T00:00:00Z')
  const second = wrote('helm', '2026-01-02T00:00:00Z')
  const status = wrote('fairlead-operator', '2026-01-03T00:00:00Z', 'status')
  added(policy(1, [first]), { initial: false })
  updated(policy(1, [first]), policy(1, [first, status]))
  updated(policy(1, [first, status]), policy(2, [second, first, status]))
  deleted(policy(2, [second, first, status]), { stateUnknown: false })

  const common = { kind: 'Change', object: 'UsagePolicy', namespace: 'team', name: 'engineering' }
  const audit = { ...common, audit: true, uid: 'u' }
  expect(lines).toMatchObject([
    {
      message: 'audit',
      fields: { ...audit, verb: 'create', generation: 1, fieldManager: 'kubectl' },
    },
    { message: 'audit', fields: { ...audit, verb: 'update', generation: 2, fieldManager: 'helm' } },
    { message: 'audit', fields: { ...audit, verb: 'delete', generation: 2 } },
  ])
  // The line of the log has its own time; who deletes an object is not in it.
  expect(lines.flatMap(({ fields }) => Object.keys(fields))).not.toContain('time')
  expect(lines[2]?.fields['fieldManager']).toBeUndefined()
})

test('a refusal is a line of the log as well', () => {
  const logger = new RecordingLogger()
  const trail = new AuditTrail({ sink: auditLog(logger), clock: new FakeClock() })
  trail.refused([
    {
      atMs: 0,
      requestId: 'req_1',
      status: 401,
      code: 'invalid_api_key',
      consumer: '',
      endUser: undefined,
      keyName: undefined,
      address: '10.0.0.7',
      method: 'GET',
      path: '/v1/models',
      model: '',
      route: '',
      refusedBy: undefined,
    },
  ])
  expect(logger.lines.map(({ fields }) => fields)).toEqual([
    {
      audit: true,
      kind: 'Refusal',
      requestId: 'req_1',
      status: 401,
      code: 'invalid_api_key',
      address: '10.0.0.7',
      method: 'GET',
      path: '/v1/models',
    },
  ])
})

test('a change without a user is of an unknown one', () => {
  const line = auditLine({
    time: '2026-01-01T00:00:00.000Z',
    kind: 'Change',
    verb: 'delete',
    object: 'UsagePolicy',
    namespace: 'team',
    name: 'engineering',
  })
  expect(line).toContain('unknown user: delete UsagePolicy team/engineering')
})

test('a cache that keeps managers keeps who wrote, and drops the lists of fields', () => {
  const entry = wrote('jane', '2026-01-01T00:00:00Z')
  const seen = policy(1, [{ ...entry, fieldsV1: { 'f:spec': {} } }])
  const { fieldsV1: _fields, ...kept } = entry
  expect(keepManagers(seen).metadata.managedFields).toEqual([kept])
})
