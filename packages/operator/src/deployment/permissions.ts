import { group, LLMGateway } from '@fairlead/api'
import type { KubernetesObject, ResourceType } from '@fairlead/kube-core'
import { untyped } from '@fairlead/kube-core'
import {
  ClusterRole,
  ClusterRoleBinding,
  Role,
  RoleBinding,
  type rbacV1,
} from '@fairlead/kube-types'
import { gatewayClusterRules, type PolicyRule, poolRules } from '../rbac.ts'
import type { DeployedGateway } from './deployed-gateway.ts'

/** An object that gives a gateway permissions. */
export interface Permission {
  readonly type: ResourceType<KubernetesObject>
  readonly object: KubernetesObject
}

/** The kinds of such objects. */
export const permissionTypes = [ClusterRole, ClusterRoleBinding, Role, RoleBinding].map((type) =>
  untyped(type),
)

/** The label with the namespace of the gateway; `fairlead.dev/gateway` has its name. */
export const gatewayNamespaceLabel = 'fairlead.dev/gateway-namespace'

const read = ['list', 'watch']

/** What the configuration of a gateway names. */
interface NamedObjects {
  /** Secrets, by namespace. */
  readonly secrets: ReadonlyMap<string, readonly string[]>
  /** ConfigMaps, by namespace. */
  readonly configMaps: ReadonlyMap<string, readonly string[]>
  /** Namespaces with InferencePools. */
  readonly poolNamespaces: readonly string[]
}

/**
 * All that a gateway may do: read the resources that configure gateways, ask whose token one is,
 * report in the status of its own LLMGateway, read the Secrets and ConfigMaps that its configuration
 * names, each by its name, and InferencePools and pods where it names such a pool.
 */
export function permissionsOf(
  gateway: DeployedGateway,
  { configMaps, secrets, poolNamespaces }: NamedObjects,
): readonly Permission[] {
  const { namespace, name } = gateway
  const inNamespaces = new Map<string, rbacV1.PolicyRule[]>([[namespace, [statusRule(gateway)]]])
  const permit = (place: string, ...rules: readonly rbacV1.PolicyRule[]) =>
    inNamespaces.set(place, [...(inNamespaces.get(place) ?? []), ...rules])
  for (const [place, names] of secrets) permit(place, namedRule('secrets', names))
  for (const [place, names] of configMaps) permit(place, namedRule('configmaps', names))
  for (const place of poolNamespaces) permit(place, ...poolRules.map(mutable))
  const clusterWide = clusterWideName(gateway)
  return [
    permission(ClusterRole, gateway, { name: clusterWide }, { rules: gatewayClusterRules }),
    permission(
      ClusterRoleBinding,
      gateway,
      { name: clusterWide },
      bindingOf(gateway, 'ClusterRole', clusterWide),
    ),
    ...[...inNamespaces].flatMap(([one, rules]) => {
      const place = { namespace: one, name: one === namespace ? name : clusterWide }
      return [
        permission(Role, gateway, place, { rules }),
        permission(RoleBinding, gateway, place, bindingOf(gateway, 'Role', place.name)),
      ]
    }),
  ]
}

/** Unique in the cluster: no name has a colon. */
function clusterWideName({ namespace, gateway }: DeployedGateway): string {
  return `fairlead:gateway:${namespace}:${gateway}`
}

function statusRule({ gateway }: DeployedGateway): rbacV1.PolicyRule {
  return {
    apiGroups: [group],
    resources: [`${LLMGateway.plural}/status`],
    resourceNames: [gateway],
    verbs: ['patch'],
  }
}

/** As Kubernetes' types have it. */
function mutable({ apiGroups, resources, verbs }: PolicyRule): rbacV1.PolicyRule {
  return { apiGroups: [...apiGroups], resources: [...resources], verbs: [...verbs] }
}

function namedRule(resource: string, names: readonly string[]): rbacV1.PolicyRule {
  return { apiGroups: [''], resources: [resource], resourceNames: [...names], verbs: read }
}

function bindingOf({ namespace, name }: DeployedGateway, kind: string, role: string) {
  return {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: role },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  }
}

function permission(
  type: ResourceType,
  { namespace, labels }: DeployedGateway,
  place: { readonly namespace?: string; readonly name: string },
  content: object,
): Permission {
  const metadata = { ...place, labels: { ...labels, [gatewayNamespaceLabel]: namespace } }
  const apiVersion = `${type.group}/${type.version}`
  return { type: untyped(type), object: { apiVersion, kind: type.kind, metadata, ...content } }
}
