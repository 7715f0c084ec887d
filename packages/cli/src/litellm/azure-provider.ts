import type { ConfigSection } from './config-section.ts'
import { apiKeyOf, credentialsOf } from './provider-credentials.ts'
import type { ProviderDraft } from './provider-draft.ts'
import type { SecretBook } from './secret-book.ts'
import { serverAddress } from './server-address.ts'
import type { Vendor } from './vendors.ts'

const versionPattern = /^(\d{4}-\d\d-\d\d(-preview)?|preview|v1|latest)$/

/** An Azure OpenAI resource. `baseModel` is what its deployment serves, where that is said. */
export function azureProvider(
  vendor: Vendor,
  deployment: string,
  baseModel: string | undefined,
  params: ConfigSection,
  secrets: SecretBook,
): ProviderDraft {
  const address = params.take('api_base')
  const baseURL = address === undefined ? 'https://azure-api-base.invalid' : serverAddress(address)
  if (address === undefined) {
    params
      .take('model')
      ?.note('lost', `without api_base the resource is not known: replace ${baseURL} by hand`)
  }
  const resourceName =
    /^https:\/\/([a-z0-9][-a-z0-9]*[a-z0-9])\.openai\.azure\.com(\/openai(\/v1)?)?$/i.exec(
      baseURL,
    )?.[1]
  const hint = resourceName === undefined ? 'azure' : `azure-${resourceName}`
  const model = baseModel?.replace(/^azure\//, '') ?? deployment
  const entra = entraOf(params)
  const secret =
    entra === undefined
      ? apiKeyOf(params, hint, vendor.variable, secrets)
      : secrets.of(entra.clientSecret, `${hint}-client-secret`)
  return {
    hint,
    model,
    ...(model === deployment ? {} : { deployment }),
    spec: {
      type: 'AzureOpenAI',
      ...(resourceName === undefined ? { baseURL } : {}),
      azure: {
        ...(resourceName === undefined ? {} : { resourceName }),
        ...versionOf(params),
        ...(entra === undefined ? {} : { entra: entra.application }),
      },
      ...credentialsOf(secret),
    },
  }
}

function versionOf(params: ConfigSection) {
  const value = params.take('api_version')
  const version = value?.text()
  if (version === undefined) return { form: 'Deployments' as const }
  if (!versionPattern.test(version)) {
    value?.note('lost', 'this is no version of the API; its default is used')
    return { form: 'Deployments' as const }
  }
  const isDate = /^\d/.test(version)
  return { form: isDate ? ('Deployments' as const) : ('V1' as const), apiVersion: version }
}

function entraOf(params: ConfigSection) {
  params
    .take('azure_ad_token')
    ?.note(
      'lost',
      'a token that expires is of no use here: use a key, azure.entra with a client secret, or authentication.source WorkloadIdentity',
    )
  const tenantID = params.text('tenant_id')
  const clientID = params.text('client_id')
  const clientSecret = params.take('client_secret')
  if (tenantID === undefined || clientID === undefined || clientSecret === undefined)
    return undefined
  return { application: { tenantID, clientID }, clientSecret }
}
