import { isMap, LineCounter, parseDocument } from 'yaml'
import { UsageError } from '../usage-error.ts'
import { type ConfigReader, type ConfigSection, ConfigValue, scalarText } from './config-section.ts'
import { type ConversionNote, ConversionNotes } from './conversion-notes.ts'
import { type ManifestFile, manifestFiles } from './converted-manifests.ts'
import type { Deployment } from './deployment.ts'
import { readFallbacks } from './fallbacks.ts'
import { gatewaySpec, masterConsumer } from './gateway-resources.ts'
import { secondsOf } from './go-duration.ts'
import { tellLostFacts } from './lost-facts.ts'
import { ModelGroups, readAliases, withoutNames } from './model-groups.ts'
import { ProviderBook } from './provider-book.ts'
import { readProviderDefaults, settingOf } from './provider-defaults.ts'
import { readDeployment } from './read-deployment.ts'
import { reachedDeployments } from './reached-deployments.ts'
import { readRetrySettings } from './retry-settings.ts'
import { routingRules } from './routing-rules.ts'
import { readRoutingStrategy } from './routing-strategy.ts'
import { SecretBook } from './secret-book.ts'
import { tellUnread } from './untold-settings.ts'
import { usagePolicies } from './usage-policies.ts'
import { Variables } from './variables.ts'

/** A configuration with more is no configuration. */
const deploymentsMax = 5000

/** What a configuration is converted with. */
interface ConversionOptions {
  /** The LLMGateway that is made; its namespace is that of everything. */
  readonly gateway: { readonly namespace: string; readonly name: string }
  /** The variables that `os.environ/NAME` may mean. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Whether Secrets get the values of variables. */
  readonly fillsSecrets: boolean
}

/** What became of a configuration. */
export interface Conversion {
  readonly files: readonly ManifestFile[]
  /** What is not as it was, or has to be done, by line. */
  readonly notes: readonly ConversionNote[]
}

/**
 * Converts the `config.yaml` of a LiteLLM proxy into manifests. Every setting that nothing is made of has a
 * note. Throws UsageError, with the line, for what is no such configuration.
 */
export function convertLiteLLMConfig(text: string, options: ConversionOptions): Conversion {
  const reader = readerOf(text, options.environment)
  const config = new ConfigValue(reader, reader.document.contents, '', 1).section()
  const router = config.section('router_settings')
  const litellm = config.section('litellm_settings')
  const general = config.section('general_settings')
  const settings = [router, litellm]
  const { notes, variables } = reader
  const secrets = new SecretBook(variables, options.fillsSecrets)
  const defaults = readProviderDefaults(settings, general)
  const context = { secrets, variables, credentials: credentialsOf(config), defaults }
  const entries = config.items('model_list')
  if (entries.length === 0 || entries.length > deploymentsMax) {
    throw new UsageError(
      entries.length === 0
        ? 'there is no model_list: is it the config.yaml of a LiteLLM proxy?'
        : `model_list has ${entries.length} entries; at most ${deploymentsMax} are converted`,
    )
  }
  const deployments = entries.flatMap((entry) => readDeployment(entry, context))
  const providers = new ProviderBook()
  const providerOf = new Map(deployments.map((each) => [each, providers.provide(each)]))
  const names = new Set(deployments.map(({ group }) => group))
  const aliases = readAliases(settingOf(settings, 'model_group_alias')?.section(), names)
  const fallbacks = readFallbacks(settings)
  const reached = reachedDeployments(
    fallbacks.subjects,
    names,
    new ModelGroups(deployments, aliases),
  )
  for (const { from, deployment } of reached) {
    providerOf.set(deployment, providerOf.get(from) ?? '')
  }
  const groups = new ModelGroups(
    [...deployments, ...reached.map(({ deployment }) => deployment)],
    withoutNames(aliases, new Set(reached.map(({ deployment }) => deployment.group))),
  )
  const rules = routingRules({
    groups,
    providers,
    providerOf,
    fallbacks,
    retries: readRetrySettings(settings, names),
    strategy: readRoutingStrategy(settings),
    hasTags: readTagFiltering(settings),
    notes,
  })
  tellLostFacts(providerOf, providers, notes)
  const made = providers.all()
  const usage = { settings, general, gateway: options.gateway.name, deployments, providerOf }
  const resources = {
    gateway: options.gateway,
    gatewaySpec: gatewaySpec({
      general,
      router,
      providers: made,
      secrets,
      longestTimeout: longestTimeout(deployments),
    }),
    providers: made,
    rules,
    usagePolicies: usagePolicies({ ...usage, providers: made }),
    consumer: { name: 'litellm-master', spec: masterConsumer(general, secrets, notes) },
    secrets: secrets.all(),
  }
  for (const [name, value] of config.section('environment_variables').entries()) {
    if (!variables.wasAskedFor(name))
      value.note('lost', `no os.environ/${name} names it, and what reads it at LiteLLM is not here`)
  }
  for (const section of reader.sections) section.unread().forEach(tellUnread)
  return { files: manifestFiles(resources), notes: notes.inOrder() }
}

function readerOf(text: string, environment: ConversionOptions['environment']): ConfigReader {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false })
  const [error] = document.errors
  if (error !== undefined) {
    throw new UsageError(`line ${lineCounter.linePos(error.pos[0]).line}: ${error.message}`)
  }
  return {
    document,
    lineCounter,
    notes: new ConversionNotes(),
    variables: new Variables(variablesIn(document.contents), environment),
    sections: [],
  }
}

/** `environment_variables`, which have to be known before anything else is read. */
function variablesIn(contents: unknown): ReadonlyMap<string, string> {
  const section = isMap(contents) ? contents.get('environment_variables') : undefined
  const items = isMap(section) ? section.items : []
  return new Map(
    items.flatMap(({ key, value }) => {
      const [name, text] = [scalarText(key), scalarText(value)]
      return name === undefined || text === undefined || text === '' ? [] : [[name, text] as const]
    }),
  )
}

function credentialsOf(config: ConfigSection): ReadonlyMap<string, ConfigSection> {
  return new Map(
    config.items('credential_list').flatMap((item) => {
      const section = item.section()
      const name = section.text('credential_name')
      const values = section.section('credential_values')
      return name === undefined ? [] : [[name, values] as const]
    }),
  )
}

function readTagFiltering(settings: Parameters<typeof settingOf>[0]): boolean {
  const value = settingOf(settings, 'enable_tag_filtering')
  if (value?.boolean() !== true) return false
  value.note('changed', 'tags count in the header x-litellm-tags, not in the body')
  return true
}

/** The longest that one attempt may take, in seconds. */
function longestTimeout(deployments: readonly Deployment[]): number | undefined {
  const seconds = deployments.flatMap(({ spec }) => secondsOf(spec.timeouts?.firstByte) ?? [])
  return seconds.length === 0 ? undefined : Math.max(...seconds)
}
