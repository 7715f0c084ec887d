// The whole package costs each start of a program a third of a second.
import { parseGoDuration } from '@fairlead/kube-core/go-duration'
import type { FlagDeclaration } from './declarations/declaration.ts'
import { variableOf } from './declarations/declaration.ts'
import { declarationOf } from './declarations/declarations.ts'
import { everyCommandsFlags } from './declarations/shared-flags.ts'
import type { LogFormat } from './log-format.ts'
import type { OwnArguments } from './own-arguments.ts'
import { choiceError, flagsOf, readArguments, type ReadArguments } from './read-arguments.ts'
import { UsageError } from './usage-error.ts'

/** The options of a command: flags first, then `FAIRLEAD_…` variables, then the defaults here. */
export interface Options {
  /** Directory for state, the kubeconfig and endpoints.json. Defaults to `.fairlead`. */
  readonly dataDir: string
  /** Defaults to 7443; 0 picks a free port. */
  readonly apiPort: number
  /** Defaults to 8080; 0 picks a free port. */
  readonly gatewayPort: number
  /** Defaults to 9464; 0 picks a free port. */
  readonly adminPort: number
  /** Further names under which the admin port may be asked. Defaults to none. */
  readonly adminHosts: readonly string[]
  /** Address to listen on. Defaults to 127.0.0.1. */
  readonly host: string
  /** Use this cluster instead of the embedded API server. */
  readonly kubeconfig: string | undefined
  /** Whether the first start applies the quickstart resources. Defaults to true. */
  readonly quickstart: boolean
  /** The LLMGateway that this process serves. Defaults to `default/default`. */
  readonly gateway: { readonly namespace: string; readonly name: string }
  /** Name of this gateway in reports; undefined: host name and port. */
  readonly replica: string | undefined
  /** Gateway worker processes, from 1 to 64; undefined: the LLMGateway says, or the command. */
  readonly workers: number | undefined
  /** Grace period for calls in progress when a stop is requested. Defaults to 20 s. */
  readonly drainMs: number
  /** How long a stopping gateway that is no longer ready takes connections. Defaults to 0 s. */
  readonly shutdownDelayMs: number
  /** Image of gateways that the operator runs; undefined: that of this version. */
  readonly gatewayImage: string | undefined
  /** Whether Secrets are read by their names, and not all of the cluster. Defaults to false. */
  readonly namedSecrets: boolean
  /** The Service at which the API server finds the operator's webhooks; undefined: there are none. */
  readonly webhookService: { readonly namespace: string; readonly name: string } | undefined
  /** What becomes of a write that the operator cannot judge. Defaults to Ignore. */
  readonly webhookFailurePolicy: 'Fail' | 'Ignore'
  /** Port of the operator's webhooks. Defaults to 9443; 0 picks a free port. */
  readonly webhookPort: number
  /** A directory of manifests instead of a Kubernetes API (`fairlead gateway` only). */
  readonly manifests: string | undefined
  /** Log level: debug, info, warn, error or silent. Defaults to info. */
  readonly logLevel: string
  /** Defaults to text on a terminal, and JSON elsewhere. */
  readonly logFormat: LogFormat
  /** What `fairlead audit` prints. */
  readonly audit: AuditOptions
  /** What is asked of a running gateway. */
  readonly call: CallOptions
}

/** Which events are printed, and how. */
interface AuditOptions {
  /** How far back, as a duration; undefined: everything. */
  readonly since: string | undefined
  /** `namespace/name`. */
  readonly consumer: string | undefined
  readonly kind: 'Refusal' | 'Change' | undefined
  readonly output: 'text' | 'json'
}

/** A call that is asked about, and the gateway that is asked. */
interface CallOptions {
  /** Undefined: the file's, or the gateway's default. */
  readonly model: string | undefined
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The Consumer that calls; undefined: whose key is given. */
  readonly consumer: { readonly namespace: string; readonly name: string } | undefined
  /** Path of a file with the body. */
  readonly file: string | undefined
  /** Defaults to text. `wide` is text with more columns, where a command has them. */
  readonly output: 'text' | 'wide' | 'json'
  /** Address of the gateway, or of its admin port where that is asked; undefined: that of the data directory. */
  readonly url: string | undefined
  /** A secret. */
  readonly apiKey: string | undefined
}

/** A flag that sets a listen address. */
export type PortFlag = 'api-port' | 'gateway-port' | 'admin-port' | 'webhook-port'

/** As in LLMGateway `spec.workers`. */
const workersMax = 64

const drainDefaultMs = 20_000
/** As in LLMGateway `spec.deployment.drain`. */
const durationMaxMs = 3_600_000

/** A parsed command line; flags that the command does not take have their defaults. */
export interface CommandLine {
  /** Undefined: none was named. */
  readonly command: string | undefined
  readonly help: boolean
  readonly options: Options
  readonly own: OwnArguments
}

/** Reads a command line, and the variables of the flags that its command takes. Throws UsageError. */
export function parseCommandLine(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): CommandLine {
  const { command, words, values } = readArguments(args)
  const last = (flag: string) => values.get(flag)?.at(-1)
  const known = new Map((command ? flagsOf(command) : []).map((each) => [each.name, each]))
  const text = (name: string): string | undefined => {
    const flag = known.get(name)
    const variable = flag?.hasVariable === true ? environment[variableOf(name)] : undefined
    const value = last(name) ?? variable
    if (flag === undefined || value === undefined || value === '') return undefined
    if (flag.choices?.includes(value) === false) throw choiceError(flag, value)
    return value
  }
  const port = (flag: PortFlag, fallback: number): number =>
    parsePort(`--${flag} (${variableOf(flag)})`, text(flag), fallback)
  const isSwitchedOn = (flag: string): boolean =>
    values.has(flag) || (known.has(flag) && isSet(environment[variableOf(flag)]))
  const consumer = text('consumer')
  const output = (text('output') ?? 'text') as CallOptions['output']

  return {
    command: command?.name,
    own: { words, flags: flagsGiven(values, known), needless: needlessOf(command, values) },
    help: values.has('help'),
    options: {
      dataDir: text('data-dir') ?? '.fairlead',
      apiPort: values.has('port')
        ? parsePort('--port', last('port'), 7443)
        : port('api-port', 7443),
      gatewayPort: port('gateway-port', 8080),
      adminPort: port('admin-port', 9464),
      adminHosts: parseHosts(text('admin-hosts')),
      host: text('host') ?? '127.0.0.1',
      kubeconfig: text('kubeconfig'),
      quickstart: !isSwitchedOn('no-quickstart'),
      gateway: parseGatewayName(text('gateway') ?? 'default/default'),
      replica: text('replica'),
      workers: parseWorkers(text('workers')),
      namedSecrets: isSwitchedOn('named-secrets'),
      drainMs: parseUpTo1h('drain', text('drain')) ?? drainDefaultMs,
      shutdownDelayMs: parseUpTo1h('shutdown-delay', text('shutdown-delay')) ?? 0,
      gatewayImage: text('gateway-image'),
      webhookService: parseWebhookService(text('webhook-service')),
      webhookFailurePolicy: (text('webhook-failure-policy') ??
        'Ignore') as Options['webhookFailurePolicy'],
      webhookPort: port('webhook-port', 9443),
      manifests: text('manifests'),
      logLevel: text('log-level') ?? 'info',
      logFormat: text('log-format') as LogFormat,
      audit: {
        since: text('since'),
        consumer,
        kind: text('kind') as AuditOptions['kind'],
        output: output === 'json' ? 'json' : 'text',
      },
      call: {
        model: text('model'),
        headers: parseHeaders(values.get('header') ?? []),
        consumer: consumer === undefined ? undefined : parseConsumerName(consumer),
        file: text('file'),
        output,
        url: parseUrl(text('url')),
        apiKey: text('api-key'),
      },
    },
  }
}

/** Whether `fairlead apiserver` has such a flag of its own. */
export function isServerFlag(flag: string): boolean {
  const command = declarationOf('apiserver')
  return command !== undefined && flagsOf(command).some((each) => each.name === flag)
}

/** What was given and does nothing here: what is not said would be taken to act. */
function needlessOf(
  command: ReadArguments['command'],
  values: ReadArguments['values'],
): readonly string[] {
  if (command?.alsoTakes === undefined) return []
  const acting = new Set([...command.flags, ...everyCommandsFlags].map(({ name }) => name))
  return [...values.keys()].filter((name) => !acting.has(name))
}

function flagsGiven(
  values: ReadArguments['values'],
  known: ReadonlyMap<string, FlagDeclaration>,
): OwnArguments['flags'] {
  return Object.fromEntries(
    [...values].map(([name, given]) => [
      name,
      known.get(name)?.value === undefined ? true : given.at(-1),
    ]),
  )
}

function parsePort(flag: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (!(port <= 65535)) {
    throw new UsageError(`${flag} is "${text}": expected a port from 0 to 65535`)
  }
  return port
}

function parseHosts(text: string | undefined): readonly string[] {
  if (text === undefined) return []
  const names = text.split(',').map((name) => name.trim())
  const wrong = names.find((name) => !/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i.test(name))
  if (wrong === undefined) return names
  throw new UsageError(
    `--admin-hosts (${variableOf('admin-hosts')}) has "${wrong}": expected host names without ports, separated by commas`,
  )
}

function parseWorkers(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const workers = /^\d{1,2}$/.test(text) ? Number(text) : 0
  if (workers < 1 || workers > workersMax) {
    throw new UsageError(
      `--workers (${variableOf('workers')}) is "${text}": expected a number from 1 to ${workersMax}`,
    )
  }
  return workers
}

function parseUpTo1h(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  try {
    const durationMs = parseGoDuration(text)
    if (durationMs >= 0 && durationMs <= durationMaxMs) return durationMs
  } catch {
    // told below
  }
  throw new UsageError(
    `--${flag} (${variableOf(flag)}) is "${text}": expected a duration from 0s to 1h, such as 30s`,
  )
}

function parseWebhookService(text: string | undefined): Options['webhookService'] {
  if (text === undefined) return undefined
  const match = /^([a-z0-9-]+)\/([a-z0-9-]+)$/.exec(text)
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new UsageError(
      `--webhook-service (${variableOf('webhook-service')}) is "${text}": expected namespace/name of a Service`,
    )
  }
  return { namespace: match[1], name: match[2] }
}

function parseGatewayName(text: string): Options['gateway'] {
  const match = /^([a-z0-9-]+)\/([a-z0-9.-]+)$/.exec(text)
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new UsageError(`--gateway is "${text}": expected namespace/name of an LLMGateway`)
  }
  return { namespace: match[1], name: match[2] }
}

function parseConsumerName(text: string): CallOptions['consumer'] {
  const [namespace, name, ...rest] = text.split('/')
  if (namespace === undefined || name === undefined || name === '' || rest.length > 0) {
    throw new UsageError(`--consumer is "${text}": expected namespace/name of a Consumer`)
  }
  return { namespace, name }
}

function parseHeaders(texts: readonly string[]): CallOptions['headers'] {
  return Object.fromEntries(
    texts.map((text) => {
      const [, name, value] = /^([A-Za-z0-9-]+)=(.*)$/.exec(text) ?? []
      if (name !== undefined && value !== undefined) return [name.toLowerCase(), value]
      throw new UsageError(`--header is "${text}": expected name=value`)
    }),
  )
}

function parseUrl(text: string | undefined): string | undefined {
  if (text === undefined || /^https?:\/\//.test(text)) return text
  throw new UsageError(`--url is "${text}": expected an address such as http://127.0.0.1:8080`)
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false'].includes(value.toLowerCase())
}
