import { apiProvider } from './api-provider.ts'
import { azureProvider } from './azure-provider.ts'
import { bedrockProvider, vertexProvider } from './cloud-providers.ts'
import type { ConfigSection, ConfigValue } from './config-section.ts'
import type { SettingPlace } from './conversion-notes.ts'
import { budgetOf } from './budget.ts'
import type { Deployment } from './deployment.ts'
import { headersOf, limitsOf, parametersOf, timeoutsOf } from './deployment-settings.ts'
import { mockedDeployment } from './mocked-deployment.ts'
import { readModelEntry } from './model-entry.ts'
import { otherUseOf, type VendorModel, vendorModelOf } from './model-vendor.ts'
import type { ProviderDraft } from './provider-draft.ts'
import type { ProviderDefaults } from './provider-defaults.ts'
import type { SecretBook } from './secret-book.ts'
import type { Variables } from './variables.ts'

/** What deployments are read with. */
interface DeploymentContext {
  readonly secrets: SecretBook
  readonly variables: Variables
  /** `credential_list`, by name. */
  readonly credentials: ReadonlyMap<string, ConfigSection>
  readonly defaults: ProviderDefaults
}

/**
 * Reads an entry of `model_list`: one deployment, or one for each organization; none, and told, where
 * it cannot be called from here.
 */
export function readDeployment(
  value: ConfigValue,
  context: DeploymentContext,
): readonly Deployment[] {
  const entry = value.section()
  const group = entry.text('model_name')
  const own = entry.section('litellm_params')
  const info = entry.section('model_info')
  const params = withCredential(own, context).or(context.defaults.params)
  const modelValue = params.take('model')
  const name = modelValue?.text()
  if (modelValue === undefined || name === undefined || group === undefined) {
    value.note('lost', 'model_name or litellm_params.model is missing: nothing is made of it')
    return skipped(entry, own, info)
  }
  if (/\s/.test(group) || group.length > 256) {
    modelValue.note(
      'lost',
      'a model name with spaces, or longer than 256 characters, cannot be asked for: nothing is made of it',
    )
    return skipped(entry, own, info)
  }
  if (group === '*' && name === '*')
    return everyVendor(modelValue, value, entry, info, params, context)
  const mock = params.text('mock_response')
  if (mock !== undefined) return [mockedDeployment(group, value, info, params, mock)]
  const found = vendorModelOf(name, {
    vendor: params.text('custom_llm_provider'),
    hasAddress: params.take('api_base') !== undefined,
  })
  const problem = found === undefined ? unknownVendor(name) : uncallable(found, info)
  if (found === undefined || problem !== undefined) {
    modelValue.note('lost', `${problem}: nothing is made of ${group}`)
    return skipped(entry, own, info)
  }
  const draft = draftOf(found, info, params, name, context)
  return organizationsOf(params).map((organization) =>
    deploymentOf(
      { group, value, entry, found, info, params, organization },
      draft,
      context.defaults,
    ),
  )
}

/** Whose models a bare `*` means, and how they begin. */
const everyVendorModels: readonly (readonly [vendor: string, models: readonly string[]])[] = [
  ['openai', ['gpt-*', 'chatgpt-*', 'o1*', 'o3*', 'o4*']],
  ['anthropic', ['claude-*']],
  ['gemini', ['gemini-*']],
]

/** LiteLLM tells the vendor by the name of the model that is asked for. */
function everyVendor(
  modelValue: ConfigValue,
  value: SettingPlace,
  entry: ConfigSection,
  info: ConfigSection,
  params: ConfigSection,
  context: DeploymentContext,
): readonly Deployment[] {
  const all = everyVendorModels.flatMap(([name, models]) =>
    models.map((model) => ({ name, model })),
  )
  modelValue.note(
    'changed',
    `any model of any vendor becomes ${all.map(({ model }) => model).join(', ')}; add rules for further vendors`,
  )
  return all.flatMap(({ name, model }) => {
    const found = vendorModelOf(`${name}/${model}`, { vendor: undefined, hasAddress: false })
    if (found === undefined) return []
    const draft = draftOf(found, info, params, model, context)
    const parts = { group: model, value, entry, found, info, params, organization: undefined }
    return [deploymentOf(parts, draft, context.defaults)]
  })
}

function unknownVendor(name: string): string {
  const slash = name.indexOf('/')
  if (name.startsWith('auto_router/')) {
    return 'rules can choose by what a call asks for, with match.complexity and match.promptTypes (docs/routing-by-content.md)'
  }
  return slash === -1
    ? `whose model ${JSON.stringify(name)} is cannot be told from its name; write vendor/model`
    : `there is no provider type or preset for ${JSON.stringify(name.slice(0, slash))}; if it speaks OpenAI's API, use openai/ with api_base`
}

function uncallable({ model }: VendorModel, info: ConfigSection): string | undefined {
  if (model === '') return 'no model is named'
  const use = otherUseOf(model, info.text('mode'))
  return use && `${use}: only chat, completions, messages and responses are served`
}

/** Of an entry that is left out the rest needs no notes. */
function skipped(...sections: readonly ConfigSection[]): readonly Deployment[] {
  for (const section of sections) section.entries()
  return []
}

function withCredential(params: ConfigSection, { credentials }: DeploymentContext): ConfigSection {
  const value = params.take('litellm_credential_name')
  const name = value?.text()
  if (name === undefined) return params
  const credential = credentials.get(name)
  if (credential !== undefined) return params.or(credential)
  value?.note('lost', 'credential_list has no such credential')
  return params
}

function draftOf(
  { vendor, model }: VendorModel,
  info: ConfigSection,
  params: ConfigSection,
  name: string,
  { secrets, variables }: DeploymentContext,
): ProviderDraft {
  switch (vendor.type) {
    case 'AzureOpenAI':
      return azureProvider(vendor, model, info.text('base_model'), params, secrets)
    case 'Bedrock':
      return bedrockProvider(
        model,
        /^bedrock(_converse|\/converse)\//.test(name),
        params,
        secrets,
        variables,
      )
    case 'VertexAI':
      return vertexProvider(model, params, secrets, variables)
    default:
      return apiProvider(vendor, model, params, secrets)
  }
}

/** LiteLLM makes a deployment for each. */
function organizationsOf(params: ConfigSection): readonly (string | undefined)[] {
  const organizations = params.items('organization').flatMap((each) => each.text() ?? [])
  return organizations.length === 0 ? [undefined] : organizations
}

interface Parts {
  readonly group: string
  readonly value: SettingPlace
  readonly entry: ConfigSection
  readonly found: VendorModel
  readonly info: ConfigSection
  readonly params: ConfigSection
  readonly organization: string | undefined
}

function deploymentOf(
  { group, value, entry, found, info, params, organization }: Parts,
  { spec, hint, model, deployment }: ProviderDraft,
  defaults: ProviderDefaults,
): Deployment {
  // Older configurations have them beside litellm_params.
  const [requestsPerMinute, tokensPerMinute] = ['rpm', 'tpm'].map(
    (key) => params.count(key) ?? entry.count(key) ?? info.count(key),
  )
  const headers = [
    ...(organization === undefined ? [] : [{ name: 'OpenAI-Organization', value: organization }]),
    ...headersOf(params),
  ]
  const timeouts = timeoutsOf(params, defaults)
  const limits = limitsOf(params, requestsPerMinute, tokensPerMinute, defaults)
  const unsupported = parametersOf(params, defaults)
  return {
    place: value,
    group,
    id: info.text('id'),
    vendor: found.vendor.name,
    model,
    hint,
    spec: {
      ...spec,
      ...(headers.length === 0 ? {} : { headers }),
      ...(unsupported === undefined ? {} : { parameters: { unsupported } }),
      ...(timeouts === undefined ? {} : { timeouts }),
      ...(defaults.health === undefined ? {} : { health: defaults.health }),
      ...(limits === undefined ? {} : { limits }),
    },
    entry: readModelEntry(model, deployment, info, params),
    weight: params.number('weight'),
    requestsPerMinute,
    tokensPerMinute,
    order: params.number('order') ?? info.number('order'),
    tags: params.items('tags').flatMap((each) => each.text() ?? []),
    retries: params.number('num_retries') ?? params.number('max_retries'),
    budget: budgetOf(params.take('max_budget'), params.text('budget_duration')),
  }
}
