import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ImageSettings } from './image-settings.ts'
import type { Manifest } from './layout-problems.ts'
import { pathOf, type Descriptor } from './oci-layout.ts'

/** An image of one platform as a file system, whose program runs as a container would run it. */
interface UnpackedImage {
  /**
   * Starts the entrypoint with these arguments, its user, environment and working directory, where
   * nothing can be written but in its volume and in /tmp. `mounted` is seen as /manifests.
   */
  readonly start: (args: readonly string[], mounted: string) => ChildProcess
}

/** Run by a shell in a mount namespace of its own: what it mounts ends with it. */
const script = `
set -e
root=$1 volume=$2 folder=$3 user=$4 mounted=$5
shift 5
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs -o "uid=\${user%:*},gid=\${user#*:}" tmpfs "$root$volume"
mount --bind "$mounted" "$root/manifests"
mount -o remount,bind,ro "$root"
exec unshare --root "$root" --wd "$folder" --setgid "\${user#*:}" --setuid "\${user%:*}" "$@"
`

/** Unpacks the image of a layout into a directory. Runs only where this user is root, on Linux. */
export function unpackImage(layout: string, folder: string): UnpackedImage {
  const json = (path: string): unknown => JSON.parse(readFileSync(join(layout, path), 'utf8'))
  const { manifests } = json('index.json') as { readonly manifests: readonly Descriptor[] }
  const { config, layers } = json(pathOf(manifests[0]?.digest ?? '')) as Manifest
  const { config: settings } = json(pathOf(config.digest)) as { readonly config: ImageSettings }
  // As runtimes do, where an image has none.
  for (const name of ['proc', 'dev', 'manifests']) {
    mkdirSync(join(folder, name), { recursive: true })
  }
  for (const { digest } of layers) {
    const args = ['-xzpf', join(layout, pathOf(digest)), '--numeric-owner', '-C', folder]
    const { status, stderr } = spawnSync('tar', args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`tar cannot unpack ${digest}: ${stderr}`)
  }
  return {
    start(args, mounted) {
      const { User, Entrypoint, Env, WorkingDir, Volumes } = settings
      const [volume = ''] = Object.keys(Volumes)
      const shell = ['--mount', 'sh', '-c', script, 'sh', folder, volume, WorkingDir, User, mounted]
      const pairs = Env.map((each) => each.split(/=(.*)/s, 2) as [string, string])
      return spawn('/usr/bin/unshare', [...shell, ...Entrypoint, ...args], {
        env: Object.fromEntries(pairs),
      })
    },
  }
}
