/** A system that images are built for. */
export interface Platform {
  /** As images and Debian call it. */
  readonly architecture: 'amd64' | 'arm64'
  /** As Node calls it. */
  readonly nodeArchitecture: 'x64' | 'arm64'
}

const platforms: readonly Platform[] = [
  { architecture: 'amd64', nodeArchitecture: 'x64' },
  { architecture: 'arm64', nodeArchitecture: 'arm64' },
]

/** Whether programs of this platform run on this machine. */
export function isOwn({ nodeArchitecture }: Platform): boolean {
  return process.platform === 'linux' && process.arch === nodeArchitecture
}

/** Reads `linux/amd64,linux/arm64`; without a text, the architecture of this machine. */
export function readPlatforms(text: string | undefined): Platform[] {
  if (text === undefined) {
    return platforms.filter(({ nodeArchitecture }) => nodeArchitecture === process.arch)
  }
  return text.split(',').map((name) => {
    const platform = platforms.find(({ architecture }) => name === `linux/${architecture}`)
    if (platform !== undefined) return platform
    const known = platforms.map(({ architecture }) => `linux/${architecture}`).join(', ')
    throw new Error(`no image can be built for ${name}: choose from ${known}`)
  })
}
