import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { settled } from '../settled/settled.ts'
import { TestEnvironment } from '../test-environment.ts'
import { Database, database, setup } from '../test-support/databases.ts'
import { compareRules } from './compare-rules.ts'
import { expectRules, RulesError } from './expect-rules.ts'
import { type RecordedRules, recordRules } from './record-rules.ts'

const needed = [
  { apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'list', 'patch', 'watch'] },
  { apiGroups: ['databases.example.com'], resources: ['databases'], verbs: ['list', 'watch'] },
  { apiGroups: ['databases.example.com'], resources: ['databases/status'], verbs: ['update'] },
]
const clusterRole = (rules: readonly object[], name = 'manager') => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name },
  rules,
})

describe('the rules that an operator needs', () => {
  let recorded: RecordedRules

  beforeAll(async () => {
    await using environment = await TestEnvironment.start({
      crds: [Database],
      users: { operator: { groups: ['system:masters'] } },
      env: {},
    })
    const { operator } = environment.users
    recorded = recordRules(environment, operator)
    const manager = await environment.manager(setup, { as: operator })
    await environment.client.create(Database, database('orders'))
    await settled(manager)
  })

  it('are recorded, an apply that creates and a watch as two', () => {
    expect(recorded.rules()).toEqual(needed)
    expect(recorded.rules({ resourceNames: true })).toContainEqual({
      apiGroups: ['databases.example.com'],
      resources: ['databases/status'],
      resourceNames: ['orders'],
      verbs: ['update'],
    })
  })

  it('are enough for the operator', async () => {
    await using environment = await TestEnvironment.start({
      crds: [Database],
      users: { operator: { rules: recorded.rules() } },
      env: {},
    })
    const manager = await environment.manager(setup, { as: environment.users.operator })
    await environment.client.create(Database, database('orders'))
    await settled(manager)
    const stored = await environment.client.get(Database, { namespace: 'default', name: 'orders' })
    expect(stored.status).toEqual({ ready: true })
  })

  it('are compared with those of roles', () => {
    expectRules(recorded, { rules: needed })
    const [maps = {}, databases = {}] = needed
    const given = [
      { ...maps, verbs: ['create', 'delete', 'list', 'watch'] },
      { ...databases, apiGroups: ['*'] },
      { nonResourceURLs: ['/metrics'], verbs: ['get'] },
    ]
    expect(compareRules(recorded, [clusterRole(given) as object])).toEqual({
      missing: [
        { apiGroups: [''], resources: ['configmaps'], verbs: ['patch'] },
        {
          apiGroups: ['databases.example.com'],
          resources: ['databases/status'],
          verbs: ['update'],
        },
      ],
      unneeded: [
        { apiGroups: [''], resources: ['configmaps'], verbs: ['delete'] },
        { nonResourceURLs: ['/metrics'], verbs: ['get'] },
      ],
    })
    expect(() => expectRules(recorded, { rules: given as typeof needed })).toThrow(
      new RulesError(`the roles lack what was needed; add:
- apiGroups:
    - ""
  resources:
    - configmaps
  verbs:
    - patch
- apiGroups:
    - databases.example.com
  resources:
    - databases/status
  verbs:
    - update

the roles give what nothing needed; remove it, or allow it with unneeded: 'allow':
- apiGroups:
    - ""
  resources:
    - configmaps
  verbs:
    - delete
- nonResourceURLs:
    - /metrics
  verbs:
    - get
`),
    )
  })

  it('may be in a Role, for its namespace alone', () => {
    const permissions = [
      { verb: 'get', group: '', resource: 'secrets', namespace: 'team', name: 'a' },
      { verb: 'list', group: '', resource: 'secrets', namespace: '', name: '' },
    ]
    const rules = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }]
    const role = { kind: 'Role', metadata: { name: 'r', namespace: 'system' }, rules }
    const found = (options: object) => compareRules({ permissions }, [role], options)
    expect(found({}).missing).toEqual(rules)
    expect(found({ namespace: 'team' })).toEqual({
      missing: [{ ...rules[0], verbs: ['list'] }],
      unneeded: [{ ...rules[0], verbs: ['list'] }],
    })
    const named = { rules: [{ ...rules[0], verbs: ['get'], resourceNames: ['a', 'b'] }] }
    expect(compareRules({ permissions: permissions.slice(0, 1) }, [named])).toEqual({
      missing: [],
      unneeded: [{ ...rules[0], verbs: ['get'], resourceNames: ['b'] }],
    })
  })

  describe('in manifests', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-roles-'))
    afterAll(() => rmSync(folder, { recursive: true }))

    it('are found by the names of the roles', () => {
      const viewer = clusterRole([{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }], 'view')
      writeFileSync(join(folder, 'roles.yaml'), JSON.stringify(clusterRole(needed)))
      writeFileSync(join(folder, 'view.yaml'), JSON.stringify(viewer))
      expectRules(recorded, folder, { names: ['manager'] })
      expectRules(recorded, folder, { unneeded: 'allow' })
      expect(() => expectRules(recorded, folder)).toThrow('- pods')
    })
  })
})
