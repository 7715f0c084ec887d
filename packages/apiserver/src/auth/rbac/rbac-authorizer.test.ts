import type { KubernetesObject } from '@fairlead/kube-core'
import { beforeEach, describe, expect, it } from 'vitest'

import { readRule } from '../../bootstrap/read-rule.ts'
import { memoryJournal } from '../../storage/journal.ts'
import { JournaledStorage } from '../../storage/journaled-storage.ts'
import type { Access } from '../access.ts'
import { pathAccess } from '../access.ts'
import { serviceAccountUser, type User } from '../user.ts'
import { escalationOf } from './confirm-no-escalation.ts'
import { rulesOfRole } from './policy-rule.ts'
import { RbacAuthorizer } from './rbac-authorizer.ts'
import { rbacResources, RoleIndex } from './role-index.ts'

type Resource = keyof typeof rbacResources

const apiVersion = 'rbac.authorization.k8s.io/v1'
const bob: User = { name: 'bob', groups: ['dev', 'system:authenticated'] }

let storage: JournaledStorage
let authorizer: RbacAuthorizer

beforeEach(() => {
  const history = { changes: 100, bytes: 1e6, bytesPerResource: 1e6 }
  storage = new JournaledStorage({ journal: memoryJournal(), history })
  authorizer = new RbacAuthorizer(new RoleIndex(storage))
})

function put(resource: Resource, path: string, content: Record<string, unknown>): KubernetesObject {
  const [namespace = '', name = ''] = path.includes('/') ? path.split('/') : ['', path]
  const key = { resource: rbacResources[resource], namespace, name }
  const metadata = { name, ...(namespace === '' ? {} : { namespace }) }
  const object = { apiVersion, kind: resource, metadata, ...content }
  const existing = storage.get(key)
  if (existing === undefined) return storage.create(key, object)
  return storage.update(key, object, existing.metadata.resourceVersion ?? '')
}

function role(resource: 'roles' | 'clusterRoles', path: string, ...lines: string[]): void {
  put(resource, path, { rules: lines.map(readRule) })
}

function bind(path: string, roleName: string, subject: Record<string, string>): void {
  const isLocal = path.includes('/')
  const [kind = '', name = ''] = roleName.split(' ')
  put(isLocal ? 'roleBindings' : 'clusterRoleBindings', path, {
    subjects: [subject],
    roleRef: { kind, name },
  })
}

function access(text: string): Access {
  const [verb = '', resource = '', namespace = '', name = ''] = text.split(' ')
  const [main = '', subresource] = resource.split('/')
  return {
    verb,
    group: '',
    resource: main,
    ...(subresource === undefined ? {} : { subresource }),
    namespace,
    name,
  }
}

function allows(user: User, text: string): boolean {
  return authorizer.authorize(user, access(text)).allowed
}

describe('RBAC', () => {
  it('allows nothing without a binding', () => {
    role('clusterRoles', 'reader', 'get core pods')
    expect(authorizer.authorize(bob, access('get pods'))).toEqual({ allowed: false, reason: '' })
  })

  it('gives a cluster role everywhere, and by a RoleBinding in one namespace', () => {
    role('clusterRoles', 'reader', 'get,list core pods')
    bind('everywhere', 'ClusterRole reader', { kind: 'Group', name: 'dev' })
    bind('a/here', 'ClusterRole reader', { kind: 'User', name: 'ann' })
    expect(authorizer.authorize(bob, access('list pods b'))).toEqual({
      allowed: true,
      reason:
        'RBAC: allowed by ClusterRoleBinding "everywhere" of ClusterRole "reader" to Group "dev"',
    })
    const ann = { name: 'ann', groups: [] }
    expect(authorizer.authorize(ann, access('get pods a x'))).toEqual({
      allowed: true,
      reason: 'RBAC: allowed by RoleBinding "here/a" of ClusterRole "reader" to User "ann"',
    })
    expect(allows(ann, 'get pods b x')).toBe(false)
    expect(allows(ann, 'list pods')).toBe(false)
  })

  it('knows service accounts, those of a RoleBinding also without a namespace', () => {
    role('roles', 'a/reader', 'get core secrets')
    bind('a/one', 'Role reader', { kind: 'ServiceAccount', name: 'robot' })
    bind('a/two', 'Role reader', { kind: 'ServiceAccount', name: 'robot', namespace: 'b' })
    for (const namespace of ['a', 'b']) {
      const robot = serviceAccountUser(namespace, 'robot')
      expect(authorizer.authorize(robot, access('get secrets a')).reason).toContain(
        `ServiceAccount "robot/${namespace}"`,
      )
    }
    expect(allows(serviceAccountUser('c', 'robot'), 'get secrets a')).toBe(false)
  })

  it('distinguishes subresources, names and paths', () => {
    role('clusterRoles', 'mixed', 'get core pods/log,*/status', 'get core secrets one', 'get /x*')
    bind('mixed', 'ClusterRole mixed', { kind: 'User', name: 'bob' })
    expect(allows(bob, 'get pods/log a x')).toBe(true)
    expect(allows(bob, 'get services/status a x')).toBe(true)
    expect(allows(bob, 'get pods a x')).toBe(false)
    expect(allows(bob, 'get secrets a one')).toBe(true)
    expect(allows(bob, 'get secrets a two')).toBe(false)
    expect(allows(bob, 'list secrets a')).toBe(false)
    expect(authorizer.authorize(bob, pathAccess('get', '/xyz')).allowed).toBe(true)
    expect(authorizer.authorize(bob, pathAccess('put', '/xyz')).allowed).toBe(false)
  })

  it('follows changes and deletions', () => {
    role('clusterRoles', 'reader', 'get core pods')
    bind('b', 'ClusterRole reader', { kind: 'User', name: 'bob' })
    expect(allows(bob, 'get pods a x')).toBe(true)
    role('clusterRoles', 'reader', 'list core pods')
    expect(allows(bob, 'get pods a x')).toBe(false)
    expect(allows(bob, 'list pods')).toBe(true)
    const key = { resource: rbacResources.clusterRoleBindings, namespace: '', name: 'b' }
    storage.delete(key, storage.get(key)?.metadata.resourceVersion ?? '')
    expect(allows(bob, 'list pods')).toBe(false)
  })

  it('says which roles are missing', () => {
    bind('one', 'ClusterRole gone', { kind: 'User', name: 'bob' })
    expect(authorizer.authorize(bob, access('get pods a')).reason).toBe(
      'RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found',
    )
    bind('a/two', 'Role gone', { kind: 'Group', name: 'dev' })
    expect(authorizer.authorize(bob, access('get pods a')).reason).toBe(
      'RBAC: [clusterrole.rbac.authorization.k8s.io "gone" not found, role.rbac.authorization.k8s.io "gone" not found]',
    )
  })

  it('lists the rules of a user by the names of the bindings', () => {
    role('clusterRoles', 'one', 'get core pods')
    role('roles', 'a/two', 'get core secrets')
    bind('z', 'ClusterRole one', { kind: 'User', name: 'bob' })
    bind('a/a', 'Role two', { kind: 'Group', name: 'dev' })
    put('clusterRoleBindings', 'b', {
      subjects: [
        { kind: 'User', name: 'bob' },
        { kind: 'Group', name: 'dev' },
      ],
      roleRef: { kind: 'ClusterRole', name: 'one' },
    })
    const { rules } = authorizer.rulesOf(bob, 'a')
    expect(rules.map(({ resources }) => resources.join())).toEqual(['pods', 'pods', 'secrets'])
  })

  it('tells what somebody would give away without holding it', () => {
    role('clusterRoles', 'reader', 'get core pods')
    bind('b', 'ClusterRole reader', { kind: 'User', name: 'bob' })
    const asked = (...lines: string[]): string | undefined => {
      const wanted = { apiVersion, kind: 'Role', metadata: {}, rules: lines.map(readRule) }
      return escalationOf(authorizer, bob, 'a', rulesOfRole(wanted))
    }
    expect(asked('get core pods')).toBeUndefined()
    expect(asked('get,delete core pods', 'get /metrics')).toBe(
      'user "bob" (groups=["dev" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n' +
        '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}\n' +
        '{NonResourceURLs:["/metrics"], Verbs:["get"]}',
    )
  })
})
