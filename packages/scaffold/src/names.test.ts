import { describe, expect, it } from 'vitest'
import {
  checkProjectName,
  kebabOf,
  kindName,
  kindOfProject,
  pluralOf,
  variableOf,
} from './names.ts'
import { ScaffoldUsageError } from './scaffold-error.ts'

const good = { group: 'databases', version: 'v1alpha1', kind: 'DatabaseCluster' }

describe('the names of a kind', () => {
  it('are completed by the domain and the plural', () => {
    expect(kindName(good, 'example.com')).toEqual({
      ...good,
      group: 'databases.example.com',
      plural: 'databaseclusters',
    })
    expect(kindName({ ...good, group: '', plural: 'dbs' }, 'example.com')).toMatchObject({
      group: 'example.com',
      plural: 'dbs',
    })
  })

  // kubebuilder pkg/model/resource/gvk_test.go: what Validate refuses
  it.each([
    [{ version: '1' }, '--version "1"'],
    [{ version: 'v1beta' }, '--version "v1beta"'],
    [{ version: 'alpha1' }, '--version'],
    [{ kind: 'cluster' }, 'PascalCase'],
    [{ kind: 'Database-Cluster' }, 'PascalCase'],
    [{ kind: `K${'i'.repeat(63)}` }, '--kind in lower case'],
    [{ group: 'Databases' }, '--group'],
    [{ group: '.databases' }, '--group'],
    [{ plural: 'Clusters' }, '--plural'],
  ])('cannot be %j', (wrong, message) => {
    const name = () => kindName({ ...good, ...wrong }, 'example.com')
    expect(name).toThrow(ScaffoldUsageError)
    expect(name).toThrow(message)
  })

  it('need a dot in the group', () => {
    expect(() => kindName({ ...good, group: '' }, 'local')).toThrow('needs a dot')
  })

  it.each([
    ['database', 'databases'],
    ['proxy', 'proxies'],
    ['gateway', 'gateways'],
    ['ingress', 'ingresses'],
    ['box', 'boxes'],
    ['batch', 'batches'],
  ])('of %s are many %s', (one, many) => {
    expect(pluralOf(one)).toBe(many)
  })

  it.each([
    ['Database', 'databases', 'database', 'databases'],
    ['DatabaseCluster', 'databaseclusters', 'database-cluster', 'databaseClusters'],
    ['HTTPRoute', 'httproutes', 'http-route', 'httpRoutes'],
    ['Redis', 'redis', 'redis', 'redisVersions'],
  ])(
    'of %s with the plural %s are files %s and the variable %s',
    (kind, plural, file, variable) => {
      expect(kebabOf(kind)).toBe(file)
      expect(variableOf({ kind, plural })).toBe(variable)
    },
  )
})

describe('the name of a project', () => {
  it.each(['My', 'a_b', 'a.b', '-a', 'a'.repeat(64), ''])('cannot be %j', (name) => {
    expect(() => checkProjectName(name)).toThrow(ScaffoldUsageError)
  })

  it.each([
    ['database-operator', 'Database'],
    ['backup-schedule-controller', 'BackupSchedule'],
    ['3d-operator', 'Kind3d'],
  ])('%s gives the kind %s', (name, kind) => {
    expect(kindOfProject(name)).toBe(kind)
  })
})
