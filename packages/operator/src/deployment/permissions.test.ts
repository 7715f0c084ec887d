import { describe, expect, it } from 'vitest'
import { permissionsOf } from './permissions.ts'
import { exampleGateway } from './test-support/example-gateway.ts'

type Named = Parameters<typeof permissionsOf>[1]

/** What a gateway may read by Roles, as `namespace resources`. */
function rolesFor(named: Named): readonly string[] {
  return permissionsOf(exampleGateway({}), named)
    .filter(({ type }) => type.kind === 'Role')
    .flatMap(({ object }) => {
      const rules = object['rules'] as readonly { readonly resources: readonly string[] }[]
      return rules.map(({ resources }) => `${object.metadata.namespace} ${resources.join()}`)
    })
    .toSorted()
}

describe('the Roles of a gateway', () => {
  const { namespace } = exampleGateway({})

  it('let it read Secrets and ConfigMaps where its configuration names some', () => {
    const secrets = new Map([['keys', ['openai']]])
    expect(
      rolesFor({ secrets, configMaps: new Map([['texts', ['handbook']]]), poolNamespaces: [] }),
    ).toEqual(['keys secrets', 'texts configmaps', `${namespace} llmgateways/status`].toSorted())
  })

  it('let it read InferencePools and pods where its configuration names a pool', () => {
    const secrets = new Map([['models', ['picker-ca']]])
    expect(
      rolesFor({ secrets, configMaps: new Map(), poolNamespaces: ['models', namespace] }),
    ).toEqual(
      [
        'models inferencepools',
        'models pods',
        'models secrets',
        `${namespace} inferencepools`,
        `${namespace} llmgateways/status`,
        `${namespace} pods`,
      ].toSorted(),
    )
  })
})
