import type { ImageFile } from './image-file.ts'

/** The user that the image runs as, without a name of a person. */
const nonroot = 65_532

/**
 * What programs expect of any system, beside shared libraries: names of users, how host names are
 * resolved, room for temporary files. Certificates of authorities and time zones are not among them:
 * Node has its own.
 */
export const baseFiles: readonly ImageFile[] = [
  text('/etc/group', `root:x:0:\nnonroot:x:${nonroot}:\n`),
  text('/etc/nsswitch.conf', 'hosts: files dns\n'),
  text(
    '/etc/passwd',
    `root:x:0:0:root:/:/sbin/nologin\nnonroot:x:${nonroot}:${nonroot}:nonroot:/var/lib/fairlead:/sbin/nologin\n`,
  ),
  { path: '/tmp', type: 'directory', mode: 0o1777 },
  { path: '/var/lib/fairlead', type: 'directory', mode: 0o755, owner: nonroot },
]

function text(path: string, content: string): ImageFile {
  return { path, type: 'file', mode: 0o644, content: () => Buffer.from(content) }
}
