/** True for interfaces that lead to this machine itself, its containers, virtual machines or tunnels: not to just anywhere. */
export function isInnerInterface(name: string): boolean {
  return /^(lo$|docker|br-|virbr|veth|vnet|lxc|lxd|podman|cni|flannel|cali|wg|tun|tap|tailscale|zt)/.test(name);
}
