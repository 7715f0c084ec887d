import { configurationNamesWith, webhookConfigurations } from '@fairlead/controller-runtime'
import type { CustomResourceDefinitionObject } from '@fairlead/kube-core'
import { selectorOf } from './deployment.ts'
import { type Installation, namesOf, type OperatorDescription } from './operator-description.ts'

/**
 * The Service of the webhooks, and the configurations that call it. The operator writes the
 * authority of its certificate into them.
 */
export function webhooks(
  operator: OperatorDescription,
  { namespace }: Pick<Installation, 'namespace'>,
): readonly object[] {
  if (operator.webhooks.length === 0) return []
  const { service, configurationPrefix } = namesOf(operator)
  const { mutating, validating } = webhookConfigurations(operator.webhooks, {
    service: { namespace, name: service },
    names: configurationNamesWith(configurationPrefix),
  })
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: service, namespace },
      spec: {
        selector: selectorOf(operator),
        ports: [{ name: 'webhooks', port: 443, targetPort: 'webhooks' }],
      },
    },
    ...(mutating === undefined ? [] : [mutating]),
    ...(validating === undefined ? [] : [validating]),
  ]
}

/** A definition whose conversion, if it has one, is that of the operator. */
export function installedDefinition(
  crd: CustomResourceDefinitionObject,
  operator: OperatorDescription,
  { namespace }: Pick<Installation, 'namespace'>,
): object {
  const { conversion } = crd.spec
  if (conversion?.strategy !== 'Webhook') return crd
  const service = { namespace, name: namesOf(operator).service, path: '/convert' }
  return {
    ...crd,
    spec: {
      ...crd.spec,
      conversion: {
        ...conversion,
        webhook: { ...conversion.webhook, clientConfig: { service } },
      },
    },
  }
}
