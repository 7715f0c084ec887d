/** What the configuration of an image says of how it is run, in the field names of OCI. */
export interface ImageSettings {
  readonly User: string
  readonly ExposedPorts: Readonly<Record<string, object>>
  readonly Env: readonly string[]
  readonly Entrypoint: readonly string[]
  readonly Volumes: Readonly<Record<string, object>>
  readonly WorkingDir: string
  readonly Labels: Readonly<Record<string, string>>
}

interface Instruction {
  readonly name: string
  readonly words: string
}

/** Copies files, or has no part in how the image is run. */
const withoutSetting = ['ARG', 'COPY']

/**
 * How an image is run that a Containerfile describes: the instructions of its last stage, with these
 * arguments instead of the defaults that it declares. Throws on an instruction that it does not know.
 */
export function imageSettings(
  containerfile: string,
  args: Readonly<Record<string, string>> = {},
): ImageSettings {
  const stage = lastStage(instructionsOf(containerfile))
  const values = new Map<string, string>()
  const pairs = new Map<string, Map<string, string>>([
    ['ENV', new Map()],
    ['LABEL', new Map()],
  ])
  const single = new Map<string, string>()
  for (const { name, words } of stage) {
    if (name === 'ARG') {
      const [key = '', value = ''] = words.split('=')
      values.set(key, args[key] ?? value)
    }
    const text = words.replaceAll(/\$\{(\w+)\}/g, (_, key: string) => values.get(key) ?? '')
    const table = pairs.get(name)
    if (table !== undefined) for (const [key, value] of pairsIn(text)) table.set(key, value)
    else if (!withoutSetting.includes(name)) single.set(name, text)
  }
  const take = (name: string): string => {
    const value = single.get(name)
    if (value === undefined) throw new Error(`the last stage of the Containerfile has no ${name}`)
    single.delete(name)
    return value
  }
  const settings = {
    User: take('USER'),
    ExposedPorts: Object.fromEntries(
      take('EXPOSE')
        .split(' ')
        .map((port) => [`${port}/tcp`, {}]),
    ),
    Env: [...(pairs.get('ENV') ?? [])].map(([key, value]) => `${key}=${value}`),
    Entrypoint: JSON.parse(take('ENTRYPOINT')) as string[],
    Volumes: { [take('VOLUME')]: {} },
    WorkingDir: take('WORKDIR'),
    Labels: Object.fromEntries(pairs.get('LABEL') ?? []),
  }
  const [unknown] = single.keys()
  if (unknown !== undefined) {
    throw new Error(`tools/image/image-settings.ts does not know ${unknown} of the Containerfile`)
  }
  return settings
}

function instructionsOf(containerfile: string): Instruction[] {
  return containerfile
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', ...words] = line.split(' ')
      return { name, words: words.join(' ') }
    })
}

function lastStage(instructions: readonly Instruction[]): readonly Instruction[] {
  return instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM') + 1)
}

/** `key=value` and `key="value with spaces"`, as LABEL and ENV have them. */
function pairsIn(text: string): (readonly [string, string])[] {
  return [...text.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S+))/g)].map(
    ([, key = '', quoted, plain = '']) => [key, quoted ?? plain] as const,
  )
}
