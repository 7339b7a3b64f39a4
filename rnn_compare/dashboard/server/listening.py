"""The socket that the server listens on."""

import os
import socket

import psutil
import streamlit as st


def send_at_once() -> None:
    """Has all that is written to a connection sent at once.

    Streamlit binds its socket in a way by which asyncio does not take it for one of TCP, and leaves it as it is: an
    answer's body then waits until the browser has acknowledged the headers, which it does 40 ms later (Nagle's
    algorithm, RFC 896, and delayed acknowledgements). A first page is more than a hundred answers. New connections
    inherit what is set here. Where the socket is not found, as on Windows, all stays as it was.
    """
    try:
        connections = psutil.Process().net_connections("tcp")
    except psutil.Error:  # a system may keep them even from their own process
        return
    for found in connections:
        if found.status == psutil.CONN_LISTEN and found.laddr.port == st.get_option("server.port") and found.fd >= 0:
            with socket.socket(fileno=os.dup(found.fd)) as listening:
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
