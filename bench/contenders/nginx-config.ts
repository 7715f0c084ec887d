import type { Site } from '../contract/contender.ts'

/** A reverse proxy for all calls, with further directives for its server block. */
export function proxyServers(site: Site, port: number, directives = ''): string {
  const proxy = (name: string, buffering: string) =>
    `{ proxy_pass http://${name}; proxy_http_version 1.1; proxy_set_header Connection "";
       proxy_buffering ${buffering}; proxy_buffers 16 64k; proxy_buffer_size 64k;
       proxy_max_temp_file_size 0; proxy_read_timeout 300s; }`
  return `
    upstream static { server 127.0.0.1:${site.ports.static}; keepalive 64; }
    upstream words { server 127.0.0.1:${site.ports.words}; keepalive 256; }
    server {
      listen 127.0.0.1:${port} backlog=4096;
      ${directives}
      location / ${proxy('static', 'on')}
      location /words/ ${proxy('words', 'off')}
    }`
}
