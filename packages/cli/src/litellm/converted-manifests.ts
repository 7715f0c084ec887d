import { Consumer, LLMGateway, LLMProvider, RoutingPolicy, UsagePolicy } from '@fairlead/api'
import { apiVersionOf, type ResourceType } from '@fairlead/kube-core'
import { stringify } from 'yaml'
import type { RuleDraft } from './routing-rules.ts'
import type { ConvertedProvider } from './provider-book.ts'
import type { ConvertedSecret } from './secret-book.ts'
import type { ConvertedUsagePolicy } from './usage-policies.ts'

/** Everything that a configuration becomes. */
interface ConvertedResources {
  /** The LLMGateway, and where everything is. */
  readonly gateway: { readonly namespace: string; readonly name: string }
  readonly gatewaySpec: object
  readonly providers: readonly ConvertedProvider[]
  readonly rules: readonly RuleDraft[]
  readonly usagePolicies: readonly ConvertedUsagePolicy[]
  readonly consumer: { readonly name: string; readonly spec: object }
  readonly secrets: readonly ConvertedSecret[]
}

/** A file of manifests. */
export interface ManifestFile {
  readonly name: string
  readonly text: string
  /** Whether it holds keys, or is to. */
  readonly isPrivate: boolean
}

/** As many rules as a RoutingPolicy takes. */
const rulesMax = 64

/** The manifests by file; one that would be empty is left out. */
export function manifestFiles(resources: ConvertedResources): readonly ManifestFile[] {
  const { gateway, gatewaySpec, providers, usagePolicies, consumer, secrets } = resources
  const { namespace } = gateway
  const object = (type: ResourceType, name: string, spec: object) => ({
    apiVersion: apiVersionOf(type),
    kind: type.kind,
    metadata: { namespace, name },
    spec,
  })
  const files = [
    ['gateway.yaml', [yamlOf(object(LLMGateway, gateway.name, gatewaySpec))]],
    ['providers.yaml', providers.map(({ name, spec }) => yamlOf(object(LLMProvider, name, spec)))],
    [
      'routes.yaml',
      inParts(resources.rules).map((rules, index) => {
        const name = index === 0 ? 'litellm' : `litellm-${index + 1}`
        const gatewayRefs = [{ name: gateway.name }]
        return yamlOf(object(RoutingPolicy, name, { gatewayRefs, rules }))
      }),
    ],
    ['limits.yaml', usagePolicies.map(({ name, spec }) => yamlOf(object(UsagePolicy, name, spec)))],
    ['callers.yaml', [yamlOf(object(Consumer, consumer.name, consumer.spec))]],
    ['secrets.yaml', secrets.map((secret) => secretText(secret, namespace))],
  ] as const
  return files
    .filter(([, documents]) => documents.length > 0)
    .map(([name, documents]) => ({
      name,
      text: documents.join('---\n'),
      isPrivate: name === 'secrets.yaml',
    }))
}

function inParts(rules: readonly RuleDraft[]): readonly (readonly RuleDraft[])[] {
  return Array.from({ length: Math.ceil(rules.length / rulesMax) }, (_, part) =>
    rules.slice(part * rulesMax, (part + 1) * rulesMax),
  )
}

function secretText(
  { name, entry, value, variable, holds }: ConvertedSecret,
  namespace: string,
): string {
  const manifest = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name },
    stringData: { [entry]: value },
  }
  const command =
    variable === undefined || value !== ''
      ? ''
      : ` Or remove this, and run: kubectl create secret generic ${name} --namespace ${namespace} --from-literal=${entry}="$${variable}"`
  const comment = `# ${value === '' ? 'Needs' : 'Has'} ${holds}.${command}`
  return `${comment.replaceAll(/\s+/g, ' ')}\n${yamlOf(manifest)}`
}

function yamlOf(object: object): string {
  // kubectl reads YAML 1.1, so strings that would be booleans there are quoted.
  return stringify(object, { aliasDuplicateObjects: false, compat: 'yaml-1.1' })
}
